package dev.postern.core.exchange;

import static java.util.Objects.requireNonNull;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request from its first byte to its last: what is true of the whole.
 *
 * <p>Requests and responses are handed along beside it; the exchange holds who called, what the
 * layers found out, the scope that owns the work, and what has to happen at the end. Attributes and
 * the record belong to the thread that runs the exchange; {@link #scope} and {@link #end} may be
 * used from any thread.
 */
public final class Exchange {
  private static final Logger LOG = System.getLogger(Exchange.class.getName());

  private final Connection connection;
  private final Scope scope;
  private final RequestRecord record;
  private final AtomicBoolean ended = new AtomicBoolean();
  private @Nullable Object[] attributes = new Object[8];
  private @Nullable EndHook lastHook;
  private @Nullable Attempt attempt;
  private ErrorRenderer errorRenderer = ErrorRenderer.PLAIN;
  private long deadlineNanos;
  private long streamIdleNanos = -1;

  /**
   * Starts an exchange.
   *
   * @param connection where the request came from
   * @param scope owns the work; the exchange closes it at its end
   */
  public Exchange(Connection connection, Scope scope) {
    this.connection = requireNonNull(connection, "connection");
    this.scope = requireNonNull(scope, "scope");
    this.record = new RequestRecord(scope.timers().nanoTime());
  }

  /**
   * Returns an exchange for a call that is made on the way of this one: it knows what this one
   * knows so far, and keeps what it finds out to itself. Whoever asks for it ends it.
   *
   * @param scope owns the call; the exchange closes it at its end
   */
  public Exchange nested(Scope scope) {
    Exchange nested = new Exchange(connection, scope);
    nested.attributes = attributes.clone();
    nested.deadlineNanos = deadlineNanos;
    nested.record.startLike(record);
    return nested;
  }

  /** Returns where the request came from. */
  public Connection connection() {
    return connection;
  }

  /** Returns the scope that owns the work of this exchange. */
  public Scope scope() {
    return scope;
  }

  /** Returns the id that names this request in answers and logs, made when first asked for. */
  public String requestId() {
    String id = record.requestId();
    if (id == null) {
      id = "req_" + Long.toHexString(ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE);
      record.requestId(id);
    }
    return id;
  }

  /** Returns the facts that logs, metrics and spans are made from. */
  public RequestRecord record() {
    return record;
  }

  /** Returns the try that is under way, or null before the first. */
  public @Nullable Attempt attempt() {
    return attempt;
  }

  /** Returns the scope of the try that is under way, or that of the exchange before the first. */
  public Scope attemptScope() {
    Attempt attempt = this.attempt;
    return attempt == null ? scope : attempt.scope();
  }

  /** Sets the try that is under way. For the attempt loop. */
  public void attempt(Attempt attempt) {
    this.attempt = attempt;
  }

  /** Returns how errors are written for this client; plain text until the route is known. */
  public ErrorRenderer errorRenderer() {
    return errorRenderer;
  }

  /** Sets how errors are written for this client. For the pipeline. */
  public void errorRenderer(ErrorRenderer errorRenderer) {
    this.errorRenderer = requireNonNull(errorRenderer, "errorRenderer");
  }

  /**
   * Returns when the response head must be there at the latest, in {@link Timers#nanoTime}, or 0
   * without a deadline. Pauses between attempts must fit.
   */
  public long deadlineNanos() {
    return deadlineNanos;
  }

  /** Sets when the response head must be there at the latest. */
  public void deadlineNanos(long deadlineNanos) {
    this.deadlineNanos = deadlineNanos;
  }

  /** Returns how long nothing may move in a response body, in nanoseconds; 0 for ever; -1 unset. */
  public long streamIdleNanos() {
    return streamIdleNanos;
  }

  /** Sets how long nothing may move in a response body, in nanoseconds; 0 for ever. */
  public void streamIdleNanos(long streamIdleNanos) {
    this.streamIdleNanos = streamIdleNanos;
  }

  /** Returns the value left under {@code key}, or null. */
  @SuppressWarnings("unchecked") // only set(key, T) writes the slot of key
  public <T> @Nullable T get(AttributeKey<T> key) {
    return key.slot < attributes.length ? (T) attributes[key.slot] : null;
  }

  /** Leaves a value under {@code key} for other layers; null takes it away. */
  public <T> void set(AttributeKey<T> key, @Nullable T value) {
    if (key.slot >= attributes.length) {
      attributes = Arrays.copyOf(attributes, Math.max(key.slot + 1, attributes.length * 2));
    }
    attributes[key.slot] = value;
  }

  /**
   * Runs {@code hook} once when the exchange ends, however it ends; hooks run last first. Settling
   * limits, health, logs and metrics belong here. Must be called before the end, from the thread
   * that runs the exchange.
   */
  public void onEnd(Consumer<Outcome> hook) {
    lastHook = new EndHook(hook, lastHook);
  }

  /** Returns whether the exchange has ended. */
  public boolean ended() {
    return ended.get();
  }

  /** Ends the exchange; only the first call counts. For whoever hands the body over. */
  public void end(Outcome outcome) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    record.ended(scope.timers().nanoTime(), outcome);
    for (EndHook hook = lastHook; hook != null; hook = hook.before) {
      try {
        hook.action.accept(outcome);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "an end hook failed", e);
      }
    }
    scope.close();
  }

  private record EndHook(Consumer<Outcome> action, @Nullable EndHook before) {}
}
