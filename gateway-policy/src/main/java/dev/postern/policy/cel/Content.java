package dev.postern.policy.cel;

import dev.cel.common.values.CelByteString;
import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.Body;
import dev.postern.core.http.Headers;
import dev.postern.core.json.JsonException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A body that is in memory, as expressions see it: decoded, read once however many ask.
 *
 * <p>Kept on the exchange with the body it was made of, so that a body that a policy replaced is
 * read anew.
 */
final class Content {
  static final AttributeKey<Content> REQUEST = AttributeKey.of("cel.request.content");
  static final AttributeKey<Content> RESPONSE = AttributeKey.of("cel.response.content");

  private final Body body;
  private final byte @Nullable [] bytes;
  private @Nullable Object text;
  private @Nullable Object json;

  private Content(Body body, byte @Nullable [] bytes) {
    this.body = body;
    this.bytes = bytes;
  }

  @SuppressWarnings("ReferenceEquality") // the same object has the same content; equality reads it
  static Content of(
      Exchange exchange, AttributeKey<Content> key, Body body, Headers headers, boolean truncated) {
    Content known = exchange.get(key);
    if (known == null || known.body != body) {
      known = new Content(body, decoded(body, headers, truncated));
      exchange.set(key, known);
    }
    return known;
  }

  /** Returns a text if the content is one, else bytes; null when it is not in memory. */
  @Nullable Object text() {
    if (text == null && bytes != null) {
      CelByteString content = CelByteString.of(bytes);
      text = content.isValidUtf8() ? content.toStringUtf8() : content;
    }
    return text;
  }

  @Nullable Object json() {
    if (json == null && bytes != null) {
      try {
        json = Values.parse(bytes);
      } catch (JsonException e) {
        throw new Unreadable("the body is " + Values.problem(e));
      } catch (IllegalArgumentException e) {
        throw new Unreadable("the body is " + e.getMessage());
      }
    }
    return json;
  }

  private static byte @Nullable [] decoded(Body body, Headers headers, boolean truncated) {
    if (!body.replayable()) {
      return null;
    }
    try {
      byte[] all = body.readAll(Long.MAX_VALUE);
      if (headers.count("content-encoding") > 1) {
        return all;
      }
      String coding = headers.get("content-encoding");
      return switch (coding == null ? "" : coding.toLowerCase(Locale.ROOT)) {
        case "gzip", "x-gzip" ->
            inflate(new GZIPInputStream(new ByteArrayInputStream(all)), truncated);
        case "deflate" ->
            inflate(new InflaterInputStream(new ByteArrayInputStream(all)), truncated);
        default -> all;
      };
    } catch (IOException e) {
      throw new Unreadable("the body cannot be decoded");
    }
  }

  /** Of a body that broke off, what there is of it. */
  private static byte[] inflate(InputStream in, boolean truncated) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] piece = new byte[16 * 1024];
    try (in) {
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        Limits.check((long) all.size() + n);
        all.write(piece, 0, n);
      }
    } catch (EOFException e) {
      if (!truncated) {
        throw e;
      }
    }
    return all.toByteArray();
  }

  /** The body is there but is not what it should be. */
  static final class Unreadable extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    Unreadable(String message) {
      super(message, null);
    }
  }
}
