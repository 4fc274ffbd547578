package dev.postern.core.listener;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A client of HTTP/2 that sends exactly the frames it is told to. */
final class Http2RawClient implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  private static final int PRIORITY = 0x20;

  private final Socket socket;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

  Http2RawClient(int port, int... settings) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    in = new DataInputStream(socket.getInputStream());
    write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    ByteArrayOutputStream pairs = new ByteArrayOutputStream();
    for (int i = 0; i < settings.length; i += 2) {
      pairs.writeBytes(new byte[] {0, (byte) settings[i]});
      pairs.writeBytes(number(settings[i + 1]));
    }
    frame(SETTINGS, 0, 0, pairs.toByteArray());
  }

  private void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  private static byte[] number(int value) {
    return new byte[] {
      (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
    };
  }

  Http2RawClient frame(int type, int flags, int stream, byte[] content) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.writeBytes(
        new byte[] {
          (byte) (content.length >> 16),
          (byte) (content.length >> 8),
          (byte) content.length,
          (byte) type,
          (byte) flags
        });
    frame.writeBytes(number(stream));
    frame.writeBytes(content);
    write(frame.toByteArray());
    return this;
  }

  /** Sends a sound GET but for the given lines; the value null leaves a line out. */
  Http2RawClient headers(int stream, boolean end, String... lines) throws IOException {
    int flags = END_HEADERS | (end ? END_STREAM : 0);
    return frame(HEADERS, flags, stream, head(lines));
  }

  static byte[] head(String... lines) {
    Map<String, String> pseudo = new LinkedHashMap<>();
    pseudo.put(":method", "GET");
    pseudo.put(":scheme", "http");
    pseudo.put(":path", "/");
    pseudo.put(":authority", "a");
    ByteArrayOutputStream others = new ByteArrayOutputStream();
    for (int i = 0; i < lines.length; i += 2) {
      if (pseudo.containsKey(lines[i])) {
        pseudo.put(lines[i], lines[i + 1]);
      } else {
        line(others, lines[i], lines[i + 1]);
      }
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    pseudo.forEach((name, value) -> {
      if (value != null) {
        line(all, name, value);
      }
    });
    all.writeBytes(others.toByteArray());
    return all.toByteArray();
  }

  /** A literal line that is not indexed (RFC 7541 §6.2.2). */
  static void line(ByteArrayOutputStream out, String name, String value) {
    out.write(0);
    text(out, name);
    text(out, value);
  }

  private static void text(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < 127) {
      out.write(bytes.length);
    } else {
      out.write(127);
      int rest = bytes.length - 127;
      while (rest >= 128) {
        out.write(rest % 128 + 128);
        rest /= 128;
      }
      out.write(rest);
    }
    out.writeBytes(bytes);
  }

  Http2RawClient data(int stream, String text) throws IOException {
    return frame(DATA, END_STREAM, stream, text.getBytes(StandardCharsets.US_ASCII));
  }

  Http2RawClient reset(int stream) throws IOException {
    return frame(RST_STREAM, 0, stream, number(8));
  }

  /**
   * Reads until it is known what becomes of a stream: its status, {@code RST n}, {@code GOAWAY n}
   * or {@code END}.
   */
  String status(int stream) throws Exception {
    try {
      while (true) {
        int head = in.readInt();
        int length = head >>> 8;
        int type = head & 0xff;
        boolean priority = (in.readUnsignedByte() & PRIORITY) != 0;
        int of = in.readInt();
        byte[] content = in.readNBytes(length);
        if (type == HEADERS && of == stream) {
          int skip = priority ? 5 : 0;
          Http2Headers headers =
              decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(content, skip, length - skip));
          return String.valueOf(headers.status());
        }
        if (type == RST_STREAM && of == stream) {
          return "RST " + content[3];
        }
        if (type == GOAWAY) {
          return "GOAWAY " + content[7];
        }
      }
    } catch (EOFException | SocketException e) {
      return "END";
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
