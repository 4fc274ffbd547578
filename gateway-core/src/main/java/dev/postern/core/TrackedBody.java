package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.http.Trailers;
import dev.postern.core.http.Upgrade;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/*
 * The body of a response on its way out. It ends the exchange when it is done, when it breaks and
 * when nobody wants it any more, and it counts. A stream in which nothing moves for too long, because
 * the upstream is silent or because the reader forgot it, is called off: one timer per stream looks
 * at the time of the last progress and sets itself again, so that a piece costs one clock reading.
 */
final class TrackedBody implements BodyStream {
  private final Exchange exchange;
  private final BodyStream stream;
  private final Timers timers;
  private final long length;
  private final long idleNanos;
  private boolean ended;
  private volatile long lastProgress;
  private volatile boolean reading;

  /** Set before a stream is called off because nobody reads it. */
  private volatile boolean forgotten;

  private volatile Timers.@Nullable Timer timer;
  private long bytes;

  private TrackedBody(Exchange exchange, BodyStream stream, long length, long idleNanos) {
    this.exchange = exchange;
    this.stream = stream;
    this.length = length;
    this.timers = exchange.scope().timers();
    this.idleNanos = idleNanos;
    this.lastProgress = timers.nanoTime();
    if (idleNanos > 0) {
      watch(idleNanos);
    }
  }

  /**
   * Returns the response to hand out. A body in memory is as good as handed over; a stream ends the
   * exchange later.
   *
   * @param idleNanos how long nothing may move, or 0 for no limit
   */
  static GatewayResponse track(Exchange exchange, GatewayResponse response, long idleNanos) {
    exchange.record().status(response.status());
    exchange.record().responseHead(exchange.scope().timers().nanoTime());
    Body body = response.body();
    if (body instanceof Body.Streamed) {
      return response.withBody(
          Body.of(new TrackedBody(exchange, body.open(), body.length(), idleNanos), body.length()));
    }
    Upgrade upgrade = response.upgrade();
    if (upgrade != null) {
      return GatewayResponse.upgrade(
          response.status(), response.headers(), new TrackedUpgrade(exchange, upgrade));
    }
    exchange.record().responseBytes(body.length());
    exchange.end(Outcome.DONE);
    return response;
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException {
    if (ended) {
      return null;
    }
    ByteBuffer piece = pull();
    if (piece == null) {
      end(Outcome.DONE);
      return null;
    }
    lastProgress = timers.nanoTime();
    bytes += piece.remaining();
    exchange.record().responseBytes(bytes);
    // A client that knows the length leaves with the last byte, before anybody asks for more.
    if (bytes == length && pull() == null) {
      ended = true;
      end(Outcome.DONE);
    }
    return piece;
  }

  private @Nullable ByteBuffer pull() throws IOException {
    reading = true;
    try {
      return stream.next();
    } catch (IOException | RuntimeException failure) {
      end(broken(failure));
      throw failure;
    } finally {
      reading = false;
    }
  }

  @Override
  public boolean ready() {
    return ended || stream.ready();
  }

  @Override
  public Headers trailers() {
    return Trailers.clean(stream.trailers());
  }

  @Override
  public void close() {
    stream.close();
    end(letGo());
  }

  /** Who lets go of a stream because it was called off meanwhile did not abandon it. */
  private Outcome letGo() {
    GatewayException cause = exchange.scope().cause();
    return cause == null || forgotten || cause.reason() == Reason.CANCELLED
        ? Outcome.ABANDONED
        : Outcome.failed(cause);
  }

  /** Once the exchange is called off, what breaks upstream breaks because of that. */
  private Outcome broken(Throwable failure) {
    GatewayException cause = exchange.scope().cause();
    return Outcome.failed(cause == null ? failure : cause);
  }

  private void end(Outcome outcome) {
    Timers.Timer timer = this.timer;
    if (timer != null) {
      timer.cancel();
    }
    exchange.end(outcome);
  }

  private void watch(long nanos) {
    timer = timers.schedule(nanos, this::look);
    if (exchange.ended()) {
      timer.cancel();
    }
  }

  private void look() {
    if (exchange.ended()) {
      return;
    }
    long left = lastProgress + idleNanos - timers.nanoTime();
    if (left > 0) {
      watch(left);
      return;
    }
    boolean upstreamSilent = reading;
    forgotten = !upstreamSilent;
    exchange.scope().cancel(Reason.TIMEOUT.exception("stream idle timeout"));
    stream.close();
    if (!upstreamSilent) {
      exchange.end(Outcome.ABANDONED);
    }
  }
}
