package dev.postern.llm;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.EventTooLargeException;
import dev.postern.core.http.SseFrames;
import dev.postern.llm.usage.LlmRecord;
import dev.postern.llm.usage.StreamWatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/*
 * Relays the events of a stream as the bytes they came in, and reads along.
 *
 * Before the response is handed out, hold() waits for the first content, so that a provider that
 * fails before it can be replaced by another without the client noticing. Afterwards the status is
 * sent and a failure can only be told by a last event, in the client's format and without the mark of
 * a good end: a client must never take a broken answer for a whole one.
 */
final class StreamRelay implements BodyStream {
  private static final int MAX_HELD = 64 * 1024;
  private static final String SILENT = "The provider sent nothing for too long";
  private static final String TOO_LARGE = "The provider sent an event that is too large";

  private final Exchange exchange;
  private final Scope scope;
  private final Timers timers;
  private final BodyStream stream;
  private final StreamWatch watch;
  private final LlmRecord record;
  private final Limits limits;
  private final SseFrames frames;
  private final IdleWatch idle;
  private final Deque<ByteBuffer> ready = new ArrayDeque<>();
  private @Nullable Reading pending;
  private @Nullable Exception failure;
  private boolean committed;
  private boolean ended;

  StreamRelay(Exchange exchange, BodyStream stream, StreamWatch watch, Limits limits) {
    this.exchange = exchange;
    this.scope = exchange.attemptScope();
    this.timers = scope.timers();
    this.stream = stream;
    this.watch = watch;
    LlmRecord record = exchange.get(LlmRecord.KEY);
    this.record = record == null ? new LlmRecord("chat", timers.nanoTime()) : record;
    this.limits = limits;
    this.frames = new SseFrames(limits.maxEvent);
    this.idle = new IdleWatch(scope, limits.idle);
  }

  /**
   * How far patience goes.
   *
   * @param hold how long the head waits for the first content
   * @param idle how long the provider may say nothing, or zero for no limit
   * @param maxEvent the longest event, in bytes
   */
  record Limits(Duration hold, Duration idle, int maxEvent) {
    static final Limits DEFAULT =
        new Limits(Duration.ofSeconds(10), Duration.ofMinutes(2), SseFrames.DEFAULT_LIMIT);

    Limits withIdle(Duration idle) {
      return idle.equals(this.idle) ? this : new Limits(hold, idle, maxEvent);
    }
  }

  /**
   * Reads until the first content came, or enough was read or waited.
   *
   * @throws GatewayException if the stream fails or ends before; somebody else may be asked
   * @throws IOException if reading fails
   */
  void hold() throws IOException {
    long deadline = timers.nanoTime() + limits.hold.toNanos();
    long silence = limits.idle.isZero() ? Long.MAX_VALUE : limits.idle.toNanos();
    long held = 0;
    boolean idle = false;
    try {
      while (!watch.hasContent() && !watch.isFailed() && !ended && held < MAX_HELD) {
        long left = deadline - timers.nanoTime();
        idle = silence < left;
        ByteBuffer piece = pull(Math.min(left, silence));
        held += piece == null ? 0 : piece.remaining();
        take(piece);
      }
    } catch (TimeoutException e) {
      if (idle) {
        throw silent();
      }
      committed = true;
      return;
    } catch (EventTooLargeException e) {
      throw refused("stream_event_too_large", TOO_LARGE);
    }
    if (watch.hasContent() || watch.isComplete() || (!ended && !watch.isFailed())) {
      committed = true;
      return;
    }
    String told = watch.errorMessage();
    throw refused(
        "upstream_stream_error",
        told == null ? "The provider's stream ended before its first content" : told);
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException {
    while (ready.isEmpty() && !ended) {
      advance();
    }
    ByteBuffer next = ready.poll();
    if (next == null && failure != null) {
      rethrow(failure);
    }
    return next;
  }

  @Override
  public boolean ready() {
    while (ready.isEmpty() && !ended && pending == null && stream.ready()) {
      advance();
    }
    return !ready.isEmpty() || ended;
  }

  @Override
  public void close() {
    ended = true;
    idle.stop();
    stream.close();
  }

  private void advance() {
    try {
      take(read());
    } catch (IOException | RuntimeException e) {
      broken(e);
    }
  }

  private @Nullable ByteBuffer read() throws IOException {
    Reading pending = this.pending;
    if (pending == null && stream.ready()) {
      return stream.next();
    }
    idle.waiting(timers.nanoTime());
    try {
      return pending == null ? stream.next() : await(pending);
    } finally {
      idle.arrived();
    }
  }

  /** Takes a piece of the stream, or its end. */
  private void take(@Nullable ByteBuffer piece) throws EventTooLargeException {
    if (piece == null) {
      endOfStream();
      return;
    }
    ByteBuffer events = frames.push(piece);
    if (events != null) {
      relay(watch.pass(events, timers.nanoTime()));
    }
  }

  private void relay(ByteBuffer events) {
    if (events.hasRemaining()) {
      ready.add(events);
    }
  }

  private void endOfStream() {
    ByteBuffer rest = frames.takeRest();
    if (rest != null && watch.passRest(rest)) {
      relay(rest);
    }
    watch.end();
    if (watch.isComplete() || watch.isFailed() || !committed) {
      record.truncated(!watch.isComplete());
      close();
    } else {
      breakOff("upstream_stream_truncated", "The provider ended the stream early");
    }
  }

  private void broken(Exception e) {
    GatewayException cause = exchange.scope().cause();
    if (cause != null) {
      // Nobody is left to be told.
      failure = cause;
      close();
    } else if (watch.isComplete() || watch.isFailed()) {
      close();
    } else if (idle.fired()) {
      breakOff("upstream_idle_timeout", SILENT);
    } else if (e instanceof EventTooLargeException) {
      breakOff("stream_event_too_large", TOO_LARGE);
    } else if (e instanceof IOException || e instanceof GatewayException) {
      breakOff("upstream_stream_error", "The connection to the provider broke");
    } else {
      failure = e;
      close();
    }
  }

  private void breakOff(String code, String message) {
    record.truncated(true);
    exchange.record().reason(Reason.UPSTREAM_FAILURE, code);
    ready.add(ByteBuffer.wrap(watch.errorEvent(code, message)));
    close();
  }

  private GatewayException refused(String code, String message) {
    close();
    GatewayException cause = exchange.scope().cause();
    return cause != null
        ? cause
        : Reason.UPSTREAM_FAILURE.exception(message).status(502).code(code);
  }

  /** The attempt is called off, so that nobody goes on reading. */
  private GatewayException silent() {
    GatewayException cause =
        Reason.TIMEOUT.exception(SILENT).status(504).code("upstream_idle_timeout");
    scope.cancel(cause);
    close();
    return cause;
  }

  private @Nullable ByteBuffer pull(long nanos) throws IOException, TimeoutException {
    if (stream.ready()) {
      return stream.next();
    }
    Reading reading = Reading.start(stream);
    try {
      return reading.await(timers, nanos);
    } catch (TimeoutException e) {
      pending = reading;
      throw e;
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private @Nullable ByteBuffer await(Reading reading) throws IOException {
    pending = null;
    try {
      return reading.await();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private GatewayException interrupted() {
    GatewayException cause = Reason.CANCELLED.exception("interrupted");
    exchange.scope().cancel(cause);
    Thread.currentThread().interrupt();
    return cause;
  }

  private static void rethrow(@Nullable Throwable failure) throws IOException {
    switch (failure) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> throw new IOException(failure);
    }
  }
}
