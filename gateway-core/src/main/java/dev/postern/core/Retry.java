package dev.postern.core;

import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.spi.Policy;
import dev.postern.core.text.Durations;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Tries again when an attempt fails.
 *
 * <p>Connections that cannot be made are always tried again; a connection that breaks or runs out
 * of time once a byte was sent, only for the {@code methods}; a response, only for the {@code
 * codes} or if the {@code condition} holds.
 *
 * @param attempts how many <em>re</em>-tries follow the first call; 1 by default
 * @param backoff the pause before each; none by default
 * @param codes response statuses to try again
 * @param precondition a condition on the request; if it does not hold, or has no value, there are
 *     no re-tries, and no body is kept for any. By default there are for all requests
 * @param condition a condition on request and response for responses to try again, beside the
 *     {@code codes}; one without a value does not hold
 * @param bufferLimit the largest streamed body, in bytes, kept for another attempt; 1 MiB by
 *     default
 * @param methods methods for which a broken call may be repeated although it may have had an
 *     effect; GET, HEAD, OPTIONS, PUT and DELETE by default
 * @param honorRetryAfter whether a 429 or 503 that says when to come back sets the pause; true by
 *     default. A pause that does not fit the request's deadline ends the attempts
 * @param onBufferExceeded what happens with a body that is larger than {@code bufferLimit}; it is
 *     sent once by default
 * @param perTryTimeout the time for one attempt, as {@code timeout.backendRequestTimeout}, before
 *     which it goes
 */
public record Retry(
    Integer attempts,
    @Nullable Backoff backoff,
    List<Integer> codes,
    @Nullable ExpressionText precondition,
    @Nullable ExpressionText condition,
    Long bufferLimit,
    List<String> methods,
    Boolean honorRetryAfter,
    OnBufferExceeded onBufferExceeded,
    @Nullable Duration perTryTimeout)
    implements Policy {
  private static final List<String> IDEMPOTENT = List.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

  /** Sets the defaults and checks the values. */
  public Retry {
    attempts = Checks.range("attempts", Checks.orElse(attempts, 1), 0, 255);
    codes = Checks.list(codes);
    for (int code : codes) {
      Checks.range("codes", code, 100, 599);
    }
    bufferLimit = Checks.orElse(bufferLimit, 1024L * 1024);
    if (bufferLimit < 0) {
      throw new IllegalArgumentException(
          "bufferLimit: " + bufferLimit + " (expected: zero or more bytes)");
    }
    methods = methods == null ? IDEMPOTENT : List.copyOf(methods);
    honorRetryAfter = Checks.orElse(honorRetryAfter, true);
    onBufferExceeded = Checks.orElse(onBufferExceeded, OnBufferExceeded.NO_RETRY);
    if (perTryTimeout != null) {
      Checks.notNegative("perTryTimeout", perTryTimeout);
    }
  }

  /** What happens with a body that is too large to keep for another attempt. */
  public enum OnBufferExceeded {
    /** It is sent once. */
    NO_RETRY,
    /** The request is refused with 413. */
    FAIL
  }

  /** Returns a builder. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String kind() {
    return "retry";
  }

  /**
   * The pause before a re-try: {@code base} doubled with each, at most {@code max}, of which a
   * random part is waited. Written as one duration, it is fixed.
   *
   * @param base the first pause
   * @param max the longest pause; equal to {@code base} for a fixed one
   * @param jitter whether a random part of the pause is waited, or all of it
   */
  public record Backoff(Duration base, Duration max, Boolean jitter) {
    /** Sets the defaults and checks the values. */
    public Backoff {
      Checks.notNegative("base", Checks.orElse(base, Duration.ZERO));
      base = Checks.orElse(base, Duration.ZERO);
      max = Checks.orElse(max, base.multipliedBy(64));
      jitter = Checks.orElse(jitter, true);
      if (max.compareTo(base) < 0) {
        throw new IllegalArgumentException(
            "max: " + max + " (expected: at least base " + base + ")");
      }
    }

    /** Returns a fixed pause. */
    public static Backoff fixed(Duration pause) {
      return new Backoff(pause, pause, false);
    }

    /** Returns a fixed pause, read from text as in {@code 250ms}. */
    public static Backoff parse(String text) {
      return fixed(Durations.parse(text));
    }

    /** Returns the pause before re-try {@code number}, counted from 1. */
    Duration before(int number, RandomGenerator random) {
      long nanos = base.toNanos();
      for (int i = 1; i < number && nanos < max.toNanos(); i++) {
        nanos *= 2;
      }
      nanos = Math.min(nanos, max.toNanos());
      return Duration.ofNanos(jitter && nanos > 0 ? random.nextLong(nanos + 1) : nanos);
    }
  }

  /** Collects the values of a {@link Retry}. */
  public static final class Builder {
    private @Nullable Integer attempts;
    private @Nullable Backoff backoff;
    private List<Integer> codes = List.of();
    private @Nullable ExpressionText precondition;
    private @Nullable ExpressionText condition;
    private @Nullable Long bufferLimit;
    private @Nullable List<String> methods;
    private @Nullable Boolean honorRetryAfter;
    private @Nullable OnBufferExceeded onBufferExceeded;
    private @Nullable Duration perTryTimeout;

    private Builder() {}

    /** Sets how many re-tries follow the first call. */
    public Builder attempts(int attempts) {
      this.attempts = attempts;
      return this;
    }

    /** Sets the pause before each re-try. */
    public Builder backoff(Backoff backoff) {
      this.backoff = backoff;
      return this;
    }

    /** Sets the response statuses to try again. */
    public Builder codes(Integer... codes) {
      this.codes = List.of(codes);
      return this;
    }

    /** Sets the condition on requests without which there are no re-tries. */
    public Builder precondition(String precondition) {
      this.precondition = ExpressionText.parse(precondition);
      return this;
    }

    /** Sets the condition on responses to try again. */
    public Builder condition(String condition) {
      this.condition = ExpressionText.parse(condition);
      return this;
    }

    /** Sets the largest streamed body kept for another attempt, in bytes. */
    public Builder bufferLimit(long bufferLimit) {
      this.bufferLimit = bufferLimit;
      return this;
    }

    /** Sets the methods for which a broken call may be repeated. */
    public Builder methods(String... methods) {
      this.methods = List.of(methods);
      return this;
    }

    /** Sets whether a server's {@code Retry-After} sets the pause. */
    public Builder honorRetryAfter(boolean honorRetryAfter) {
      this.honorRetryAfter = honorRetryAfter;
      return this;
    }

    /** Sets what happens with a body that is too large to keep. */
    public Builder onBufferExceeded(OnBufferExceeded onBufferExceeded) {
      this.onBufferExceeded = onBufferExceeded;
      return this;
    }

    /** Sets the time for one attempt. */
    public Builder perTryTimeout(Duration perTryTimeout) {
      this.perTryTimeout = perTryTimeout;
      return this;
    }

    /** Returns the policy. */
    @SuppressWarnings("NullAway") // absent values become defaults in the record
    public Retry build() {
      return new Retry(
          attempts,
          backoff,
          codes,
          precondition,
          condition,
          bufferLimit,
          methods,
          honorRetryAfter,
          onBufferExceeded,
          perTryTimeout);
    }
  }
}
