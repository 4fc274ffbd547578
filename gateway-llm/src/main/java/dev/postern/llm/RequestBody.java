package dev.postern.llm;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.BodyTooLargeException;
import dev.postern.core.http.GatewayRequest;
import dev.postern.llm.wire.LlmErrors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of requests into memory, decoding their content encoding. */
final class RequestBody {
  private static final String MULTIPART = "multipart/";
  private static final int MAX_RATIO = 100;
  private static final int RATIO_COUNTS_FROM = 1 << 20;

  private RequestBody() {}

  /**
   * Reads the whole body.
   *
   * @param limit the most bytes to accept, also after decoding
   * @throws GatewayException with status 413, 415 or 400 if it is too large, encoded in an unknown
   *     way, or not what its encoding says
   */
  static byte[] read(GatewayRequest request, long limit, Reader reader) throws IOException {
    String type = request.header("content-type");
    if (type != null && type.regionMatches(true, 0, MULTIPART, 0, MULTIPART.length())) {
      throw unsupported("Content type " + type + " is not supported (expected: application/json)");
    }
    String encoding = encoding(request);
    if (encoding != null && !encoding.equals("gzip") && !encoding.equals("deflate")) {
      throw unsupported(
          "Content encoding "
              + encoding
              + " is not supported (expected: gzip, deflate or identity)");
    }
    byte[] body;
    try {
      body = reader.read(limit);
    } catch (BodyTooLargeException e) {
      throw tooLarge(limit);
    }
    return encoding == null ? body : decode(body, encoding, limit);
  }

  /** Returns the content encoding in lower case, or null when there is none. */
  static @Nullable String encoding(GatewayRequest request) {
    if (!request.headers().contains("content-encoding")) {
      return null;
    }
    String all = String.join(",", request.headers().all("content-encoding"));
    String encoding = all.strip().toLowerCase(Locale.ROOT);
    if (encoding.equals("x-gzip")) {
      return "gzip";
    }
    return encoding.isEmpty() || encoding.equals("identity") ? null : encoding;
  }

  private static byte[] decode(byte[] body, String encoding, long limit) {
    try (InputStream in = decoder(body, encoding)) {
      ByteArrayOutputStream decoded = new ByteArrayOutputStream(body.length * 4);
      byte[] piece = new byte[16 * 1024];
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        int size = decoded.size() + n;
        boolean bomb = size > RATIO_COUNTS_FROM && size / MAX_RATIO > body.length;
        if (size > limit || bomb) {
          throw tooLarge(limit);
        }
        decoded.write(piece, 0, n);
      }
      return decoded.toByteArray();
    } catch (IOException e) {
      throw LlmErrors.invalid(
          "request_body_decode_failed", "The request body is not valid " + encoding, null);
    }
  }

  private static InputStream decoder(byte[] body, String encoding) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(body);
    if (encoding.equals("gzip")) {
      return new GZIPInputStream(in, 16 * 1024);
    }
    // RFC 9110 §8.4.1.2 means zlib's format; some clients send the bare one.
    boolean zlib =
        body.length >= 2
            && (body[0] & 0x0f) == 8
            && (((body[0] & 0xff) << 8) | (body[1] & 0xff)) % 31 == 0;
    Inflater inflater = new Inflater(!zlib);
    return new InflaterInputStream(in, inflater) {
      @Override
      public void close() throws IOException {
        super.close();
        inflater.end();
      }
    };
  }

  private static GatewayException tooLarge(long limit) {
    return Reason.INVALID_REQUEST
        .exception("The request body is larger than " + limit + " bytes")
        .status(413)
        .code("request_body_too_large");
  }

  private static GatewayException unsupported(String message) {
    return Reason.INVALID_REQUEST.exception(message).status(415).code("unsupported_media_type");
  }

  /** Reads a body within a limit. */
  @FunctionalInterface
  interface Reader {
    byte[] read(long limit) throws IOException;
  }
}
