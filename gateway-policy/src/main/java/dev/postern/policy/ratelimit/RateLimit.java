package dev.postern.policy.ratelimit;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.ExpressionText;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One limit: a bucket that starts full and is filled at fixed times, or one such bucket for each
 * value of an expression.
 *
 * @param maxTokens the most a bucket holds
 * @param tokensPerFill how much comes back with each fill
 * @param fillInterval the time from one fill to the next
 * @param type what is counted; requests by default
 * @param key what buckets are told apart by, or null for one bucket
 * @param descriptors other ways to write keys: one bucket for each combination of their values
 * @param onKeyError what happens to requests for which a key has no value; they share a bucket by
 *     default
 * @param cost how much a request takes; 1 by default
 * @param maxKeys the most buckets that are kept; 10,000 by default
 * @param algorithm how buckets fill
 * @param reserveOutput for tokens: whether the estimated input and the most output a request allows
 *     are taken before the call and settled after it; by default a call only needs one token left
 * @param headers whether responses tell what is left
 */
public record RateLimit(
    long maxTokens,
    long tokensPerFill,
    Duration fillInterval,
    Type type,
    @Nullable ExpressionText key,
    List<Descriptor> descriptors,
    OnKeyError onKeyError,
    @Nullable ExpressionText cost,
    int maxKeys,
    Algorithm algorithm,
    boolean reserveOutput,
    Headers headers) {
  static final int DEFAULT_MAX_KEYS = 10_000;

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(366);
  private static final int MOST_KEYS = 1_000_000;

  /** Checks the values; absent ones take their defaults. */
  public RateLimit {
    requireNonNull(fillInterval, "fillInterval");
    type = type == null ? Type.REQUESTS : type;
    descriptors = descriptors == null ? List.of() : List.copyOf(descriptors);
    onKeyError = onKeyError == null ? OnKeyError.SHARED : onKeyError;
    algorithm = algorithm == null ? Algorithm.TOKEN_BUCKET : algorithm;
    headers = headers == null ? Headers.STANDARD : headers;
    if (tokensPerFill < 1) {
      throw new IllegalArgumentException(
          "tokensPerFill: " + tokensPerFill + " (expected: 1 or more)");
    }
    if (maxTokens < tokensPerFill || maxTokens > Bucket.MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "maxTokens: " + maxTokens + " (expected: tokensPerFill.." + Bucket.MAX_CAPACITY + ")");
    }
    if (fillInterval.compareTo(SHORTEST) < 0 || fillInterval.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "fillInterval: " + fillInterval + " (expected: 1ms..366d)");
    }
    if (maxKeys < 1 || maxKeys > MOST_KEYS) {
      throw new IllegalArgumentException(
          "maxKeys: " + maxKeys + " (expected: 1.." + MOST_KEYS + ")");
    }
    if (algorithm != Algorithm.TOKEN_BUCKET) {
      throw new IllegalArgumentException("algorithm: " + algorithm.key + " is not supported yet");
    }
    if (key != null && !descriptors.isEmpty()) {
      throw new IllegalArgumentException("descriptors: set together with key (expected: one)");
    }
    if (cost != null && type == Type.TOKENS) {
      throw new IllegalArgumentException("cost: " + cost + " (expected: none with type tokens)");
    }
    if (reserveOutput && type == Type.REQUESTS) {
      throw new IllegalArgumentException("reserveOutput: true (expected: only with type tokens)");
    }
  }

  /** What a limit counts. */
  public enum Type {
    /** Requests. */
    REQUESTS,
    /** The tokens of calls to models. */
    TOKENS
  }

  /** What happens to requests for which a key has no value. */
  public enum OnKeyError {
    /** They share one bucket. */
    SHARED,
    /** They are refused. */
    DENY,
    /** They are not limited. */
    SKIP
  }

  /** How buckets fill. */
  public enum Algorithm {
    /** A number of tokens at fixed times. */
    TOKEN_BUCKET("tokenBucket"),
    /** Not supported yet. */
    SLIDING_WINDOW("slidingWindow"),
    /** Not supported yet. */
    GCRA("gcra"),
    /** Not supported yet. */
    FIXED_WINDOW("fixedWindow");

    private final String key;

    Algorithm(String key) {
      this.key = key;
    }
  }

  /** Which headers tell clients what is left. */
  public enum Headers {
    /** {@code x-ratelimit-limit}, {@code x-ratelimit-remaining}, {@code x-ratelimit-reset}. */
    STANDARD,
    /** None. */
    NONE
  }

  /**
   * A key of several parts.
   *
   * @param entries the parts
   */
  public record Descriptor(List<Part> entries) {
    /** Checks that there are parts. */
    public Descriptor {
      entries = entries == null ? List.of() : List.copyOf(entries);
      if (entries.isEmpty()) {
        throw new IllegalArgumentException("entries: none (expected: at least one)");
      }
    }

    /**
     * A part of a key.
     *
     * @param key its name
     * @param value its value for a request
     */
    public record Part(String key, ExpressionText value) {
      /** Checks the parts. */
      public Part {
        requireNonNull(key, "key");
        requireNonNull(value, "value");
      }
    }
  }

  /** Returns a builder of a limit of requests. */
  public static Builder builder(long maxTokens, long tokensPerFill, Duration fillInterval) {
    return new Builder(maxTokens, tokensPerFill, fillInterval);
  }

  /** Returns a limit of that many requests for each interval, all at once if need be. */
  public static RateLimit requests(long count, Duration interval) {
    return builder(count, count, interval).build();
  }

  /** Returns a limit of that many tokens of models for each interval. */
  public static RateLimit tokens(long count, Duration interval) {
    return builder(count, count, interval).type(Type.TOKENS).build();
  }

  /** Returns this limit with a bucket for each value of an expression. */
  public RateLimit by(String expression) {
    return toBuilder().key(expression).build();
  }

  /** Returns a builder that starts with this limit. */
  public Builder toBuilder() {
    Builder builder = new Builder(maxTokens, tokensPerFill, fillInterval);
    builder.type = type;
    builder.key = key;
    builder.descriptors = descriptors;
    builder.onKeyError = onKeyError;
    builder.cost = cost;
    builder.maxKeys = maxKeys;
    builder.reserveOutput = reserveOutput;
    builder.headers = headers;
    return builder;
  }

  /** Collects the parts of a limit. Not safe for concurrent use. */
  public static final class Builder {
    private final long maxTokens;
    private final long tokensPerFill;
    private final Duration fillInterval;
    private Type type = Type.REQUESTS;
    private @Nullable ExpressionText key;
    private List<Descriptor> descriptors = List.of();
    private OnKeyError onKeyError = OnKeyError.SHARED;
    private @Nullable ExpressionText cost;
    private int maxKeys = DEFAULT_MAX_KEYS;
    private boolean reserveOutput;
    private Headers headers = Headers.STANDARD;

    private Builder(long maxTokens, long tokensPerFill, Duration fillInterval) {
      this.maxTokens = maxTokens;
      this.tokensPerFill = tokensPerFill;
      this.fillInterval = requireNonNull(fillInterval, "fillInterval");
    }

    /** Sets what is counted. */
    public Builder type(Type type) {
      this.type = requireNonNull(type, "type");
      return this;
    }

    /** Sets the expression that buckets are told apart by. */
    public Builder key(String expression) {
      this.key = ExpressionText.parse(expression);
      return this;
    }

    /** Sets keys of several parts. */
    public Builder descriptors(Descriptor... descriptors) {
      this.descriptors = List.of(descriptors);
      return this;
    }

    /** Sets what happens to requests for which a key has no value. */
    public Builder onKeyError(OnKeyError onKeyError) {
      this.onKeyError = requireNonNull(onKeyError, "onKeyError");
      return this;
    }

    /** Sets the expression for how much a request takes. */
    public Builder cost(String expression) {
      this.cost = ExpressionText.parse(expression);
      return this;
    }

    /** Sets the most buckets that are kept. */
    public Builder maxKeys(int maxKeys) {
      this.maxKeys = maxKeys;
      return this;
    }

    /** Sets whether the estimated tokens of a call are taken before it. */
    public Builder reserveOutput(boolean reserveOutput) {
      this.reserveOutput = reserveOutput;
      return this;
    }

    /** Sets whether responses tell what is left. */
    public Builder headers(Headers headers) {
      this.headers = requireNonNull(headers, "headers");
      return this;
    }

    /** Returns the limit. */
    public RateLimit build() {
      return new RateLimit(
          maxTokens,
          tokensPerFill,
          fillInterval,
          type,
          key,
          descriptors,
          onKeyError,
          cost,
          maxKeys,
          Algorithm.TOKEN_BUCKET,
          reserveOutput,
          headers);
    }
  }
}
