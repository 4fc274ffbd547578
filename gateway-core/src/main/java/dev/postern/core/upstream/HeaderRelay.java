package dev.postern.core.upstream;

import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Turns header lines into OkHttp's and back, without what belongs to one connection only.
 *
 * <p>Header values are bytes. We hold each byte as one character, as HTTP/1.1 listeners do; OkHttp
 * writes and reads UTF-8. So a value beyond ASCII is decoded before OkHttp encodes it, and the
 * reverse: valid UTF-8, the usual content, survives to the byte.
 */
final class HeaderRelay {
  private HeaderRelay() {}

  /** Returns the lines exactly as they go out, host and framing included. */
  static okhttp3.Headers toWire(GatewayRequest request, String authority, boolean sendsBody) {
    Headers headers = request.headers();
    okhttp3.Headers.Builder wire = new okhttp3.Headers.Builder();
    wire.addUnsafeNonAscii("Host", authority);
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.name(i);
      String value = headers.value(i);
      if (!relayed(name, value)) {
        continue;
      }
      wire.addUnsafeNonAscii(name, valueToWire(name, value));
    }
    if (sendsBody) {
      Body body = request.body();
      if (body.length() >= 0) {
        wire.addUnsafeNonAscii("Content-Length", Long.toString(body.length()));
      } else {
        wire.addUnsafeNonAscii("Transfer-Encoding", "chunked");
      }
    }
    return wire.build();
  }

  private static boolean relayed(String name, String value) {
    if (name.length() == 2 && name.equalsIgnoreCase("te")) {
      return value.equalsIgnoreCase("trailers");
    }
    return !(hopByHop(name) || is(name, "content-length") || is(name, "host"))
        && !is(name, "http2-settings");
  }

  private static String valueToWire(String name, String value) {
    boolean ascii = true;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        throw new IllegalArgumentException("header " + name + ": control character in its value");
      }
      ascii &= c < 0x80;
    }
    return ascii ? value : decode(value);
  }

  private static String decode(String value) {
    byte[] bytes = new byte[value.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = value.charAt(i);
      if (c > 0xff) {
        return value;
      }
      bytes[i] = (byte) c;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return value;
    }
  }

  /**
   * Returns the lines of a response that concern more than its connection.
   *
   * @throws ProtocolException if the lines leave open where the content ends
   */
  static Headers fromWire(okhttp3.Headers wire) throws ProtocolException {
    int size = wire.size();
    Headers.Builder headers = Headers.builder();
    String length = null;
    boolean namesOthers = false;
    for (int i = 0; i < size; i++) {
      String name = wire.name(i);
      String value = wire.value(i);
      if (is(name, "content-length")) {
        if (length != null) {
          if (!length.equals(value)) {
            throw new ProtocolException("two values of content-length");
          }
          continue;
        }
        length = checkLength(value);
      } else if (hopByHop(name) || is(name, "trailer") || is(name, "te")) {
        if (is(name, "transfer-encoding") && !value.equalsIgnoreCase("chunked")) {
          throw new ProtocolException("unknown transfer-encoding");
        }
        namesOthers |= is(name, "connection") && !plain(value);
        continue;
      } else if (is(name, "proxy-authenticate") || name.isEmpty()) {
        continue;
      }
      headers.add(name, valueFromWire(value));
    }
    if (namesOthers) {
      removeNamed(wire.values("connection"), headers);
    }
    return headers.build();
  }

  private static String checkLength(String value) throws ProtocolException {
    boolean digits = !value.isEmpty() && value.length() <= 18;
    for (int i = 0; i < value.length() && digits; i++) {
      digits = value.charAt(i) >= '0' && value.charAt(i) <= '9';
    }
    if (!digits) {
      throw new ProtocolException("content-length is not a number");
    }
    return value;
  }

  private static boolean plain(String connection) {
    return connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close");
  }

  private static void removeNamed(List<String> connections, Headers.Builder headers) {
    for (String connection : connections) {
      for (String name : connection.split(",", -1)) {
        String named = name.strip().toLowerCase(Locale.ROOT);
        if (!named.startsWith("content-")) {
          headers.remove(named);
        }
      }
    }
  }

  /** Returns the value with one character per byte. */
  static String valueFromWire(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) >= 0x80) {
        return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      }
    }
    return value;
  }

  /** Returns the trailer lines, or none. */
  static Headers trailers(okhttp3.@Nullable Headers wire) {
    if (wire == null || wire.size() == 0) {
      return Headers.EMPTY;
    }
    Headers.Builder trailers = Headers.builder();
    for (int i = 0; i < wire.size(); i++) {
      if (!wire.name(i).isEmpty() && !hopByHop(wire.name(i))) {
        trailers.add(wire.name(i), valueFromWire(wire.value(i)));
      }
    }
    return trailers.build();
  }

  // RFC 9110 §7.6.1, and what browsers and old proxies send in its place.
  private static boolean hopByHop(String name) {
    return switch (name.length()) {
      case 7 -> name.equalsIgnoreCase("upgrade");
      case 10 -> name.equalsIgnoreCase("connection") || name.equalsIgnoreCase("keep-alive");
      case 16 -> name.equalsIgnoreCase("proxy-connection");
      case 17 -> name.equalsIgnoreCase("transfer-encoding");
      default -> false;
    };
  }

  private static boolean is(String name, String other) {
    return name.length() == other.length() && name.equalsIgnoreCase(other);
  }
}
