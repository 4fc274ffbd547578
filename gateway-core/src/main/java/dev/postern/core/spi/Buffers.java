package dev.postern.core.spi;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.BodyTooLargeException;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.telemetry.Telemetry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies into memory, within a limit per body and one for the whole process.
 *
 * <p>What an exchange holds counts until the exchange ends. Safe for concurrent use.
 */
public final class Buffers implements Telemetry.Memory {
  /** The most bytes of one body that policies hold, where nothing else is said. */
  public static final long DEFAULT_LIMIT = 2L * 1024 * 1024;

  private static final int STEP = 64 * 1024;

  private final long capacity;
  private final AtomicLong used;
  private final long limit;

  /**
   * Creates the buffers of one process.
   *
   * @param capacity the most bytes held at a time, for all exchanges together
   */
  public Buffers(long capacity) {
    this(capacity, new AtomicLong(), DEFAULT_LIMIT);
  }

  private Buffers(long capacity, AtomicLong used, long limit) {
    this.capacity = capacity;
    this.used = used;
    this.limit = limit;
  }

  /** Returns these buffers, with another limit for one body. */
  public Buffers withLimit(long limit) {
    return new Buffers(capacity, used, limit);
  }

  /** Returns the most bytes of one body to hold, where no policy says otherwise. */
  public long limit() {
    return limit;
  }

  /** Returns the bytes held now. */
  public long used() {
    return used.get();
  }

  @Override
  public boolean hold(long bytes) {
    if (used.addAndGet(bytes) > capacity) {
      used.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  @Override
  public void release(long bytes) {
    used.addAndGet(-bytes);
  }

  /**
   * Reads all of {@code body}.
   *
   * @param limit the most bytes to accept
   * @throws BodyTooLargeException if there is more
   * @throws dev.postern.core.exchange.GatewayException with status 503 if the process holds as much
   *     as it may; nothing of the body was read then if its length is known
   * @throws IOException if reading fails
   */
  public byte[] readAll(Exchange exchange, Body body, long limit) throws IOException {
    Body kept = keep(exchange, body, limit);
    if (kept.replayable()) {
      return kept.readAll(limit);
    }
    kept.discard();
    throw new BodyTooLargeException(limit);
  }

  /**
   * Returns a body that can be sent again if {@code body} has at most {@code limit} bytes, and
   * otherwise one that holds the part that was read and streams the rest.
   *
   * @throws dev.postern.core.exchange.GatewayException with status 503 if the process holds as much
   *     as it may
   * @throws IOException if reading fails
   */
  public Body keep(Exchange exchange, Body body, long limit) throws IOException {
    return keep(exchange, body, limit, false);
  }

  private Body keep(Exchange exchange, Body body, long limit, boolean withTrailers)
      throws IOException {
    if (body.replayable() || body.length() > limit) {
      return body;
    }
    Share share = new Share();
    exchange.onEnd(outcome -> share.release());
    share.atLeast(Math.max(body.length(), 0));
    BodyStream stream = body.open();
    List<ByteBuffer> pieces = new ArrayList<>();
    long size = 0;
    for (ByteBuffer piece = stream.next(); piece != null; piece = stream.next()) {
      pieces.add(piece);
      size += piece.remaining();
      if (size > limit) {
        return Body.of(new Prefixed(pieces, stream), body.length());
      }
      share.atLeast(size);
    }
    if (withTrailers && !stream.trailers().isEmpty()) {
      // Bytes have none, and without them a gRPC call has no status.
      return Body.of(new Prefixed(pieces, stream), body.length());
    }
    stream.close();
    return Body.of(join(pieces, (int) size));
  }

  /**
   * Looks at the beginning of {@code body}.
   *
   * @param limit the most bytes to look at
   * @throws dev.postern.core.exchange.GatewayException with status 503 if the process holds as much
   *     as it may
   * @throws IOException if reading fails
   */
  public Beginning beginning(Exchange exchange, Body body, int limit) throws IOException {
    if (body.replayable()) {
      try (BodyStream stream = body.open()) {
        List<ByteBuffer> pieces = new ArrayList<>();
        long size = 0;
        for (ByteBuffer piece = stream.next();
            piece != null && size <= limit;
            piece = stream.next()) {
          pieces.add(piece);
          size += piece.remaining();
        }
        return new Beginning(join(pieces, (int) Math.min(size, limit)), size <= limit, body);
      }
    }
    Share share = new Share();
    exchange.onEnd(outcome -> share.release());
    BodyStream stream = body.open();
    List<ByteBuffer> pieces = new ArrayList<>();
    long size = 0;
    for (ByteBuffer piece = stream.next(); piece != null; piece = stream.next()) {
      pieces.add(piece);
      size += piece.remaining();
      share.atLeast(size);
      if (size > limit) {
        Body all = Body.of(new Prefixed(pieces, stream), body.length());
        return new Beginning(join(pieces, limit), false, all);
      }
    }
    stream.close();
    byte[] all = join(pieces, (int) size);
    return new Beginning(all, true, Body.of(all));
  }

  /**
   * The beginning of a body.
   *
   * @param bytes the beginning
   * @param whole whether that is all there is
   * @param body the whole, to be used instead of what was looked at
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  public record Beginning(byte[] bytes, boolean whole, Body body) {}

  /**
   * Returns a request whose body expressions can look at, if it is not larger than they may see; a
   * larger one goes on as it is, and has no value for them.
   */
  public GatewayRequest forExpressions(Exchange exchange, GatewayRequest request)
      throws IOException {
    return request.body().replayable()
        ? request
        : request.withBody(keep(exchange, request.body(), limit));
  }

  /**
   * Returns a response whose body expressions can look at, if it is not larger than they may see
   * and has no trailers; any other goes on as it is, and has no value for them.
   */
  public GatewayResponse forExpressions(Exchange exchange, GatewayResponse response)
      throws IOException {
    return response.body().replayable()
        ? response
        : response.withBody(keep(exchange, response.body(), limit, true));
  }

  /**
   * Returns {@code handler} with responses whose bodies expressions can look at, as far as they are
   * not larger than they may see. Streams of events and upgrades pass as they are, because they
   * would come too late otherwise, if at all.
   */
  public Handler forExpressions(Handler handler) {
    return (exchange, request) -> {
      GatewayResponse response = handler.handle(exchange, request);
      if (response.upgrade() != null || isEventStream(response)) {
        return response;
      }
      try {
        return forExpressions(exchange, response);
      } catch (IOException | RuntimeException e) {
        response.close();
        throw e;
      }
    };
  }

  private static boolean isEventStream(GatewayResponse response) {
    String type = response.header("content-type");
    return type != null && type.strip().regionMatches(true, 0, "text/event-stream", 0, 17);
  }

  /** Returns the first bytes of the pieces, which stay as they are. */
  private static byte[] join(List<ByteBuffer> pieces, int size) {
    byte[] all = new byte[size];
    int at = 0;
    for (ByteBuffer piece : pieces) {
      int length = Math.min(piece.remaining(), size - at);
      piece.get(piece.position(), all, at, length);
      at += length;
    }
    return all;
  }

  /** What one exchange holds for one body. */
  private final class Share {
    private long bytes;

    void atLeast(long wanted) {
      if (wanted <= bytes) {
        return;
      }
      long more = bytes == 0 ? wanted : Math.max(wanted - bytes, STEP);
      if (!hold(more)) {
        throw Reason.OVERLOAD.exception("buffer budget exhausted").header("retry-after", "1");
      }
      bytes += more;
    }

    void release() {
      Buffers.this.release(bytes);
      bytes = 0;
    }
  }

  /** Pieces that were read before it turned out that there is too much to hold. */
  private static final class Prefixed implements BodyStream {
    private final List<ByteBuffer> pieces;
    private final BodyStream rest;
    private int next;

    Prefixed(List<ByteBuffer> pieces, BodyStream rest) {
      this.pieces = pieces;
      this.rest = rest;
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
      return next < pieces.size() ? pieces.get(next++) : rest.next();
    }

    @Override
    public boolean ready() {
      return next < pieces.size() || rest.ready();
    }

    @Override
    public Headers trailers() {
      return rest.trailers();
    }

    @Override
    public void close() {
      rest.close();
    }
  }
}
