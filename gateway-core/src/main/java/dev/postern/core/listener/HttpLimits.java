package dev.postern.core.listener;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one client may demand of a listener. The names are those of {@code frontendPolicies.http}.
 *
 * @param http1MaxHeaders the most header lines of a request; more is answered with 431
 * @param http1IdleTimeout how long a connection without a request stays open
 * @param http2WindowSize the flow-control window of an HTTP/2 stream in bytes, or null for 64 KiB
 * @param http2ConnectionWindowSize the window of an HTTP/2 connection in bytes, or null
 * @param http2FrameSize the largest HTTP/2 frame to accept, or null for 16 KiB
 * @param http2MaxHeaderSize the largest HTTP/2 header list, or null for {@code maxHeaderBytes}
 * @param http2MaxStreams the most streams at once on an HTTP/2 connection
 * @param http2KeepaliveInterval how often to ping an HTTP/2 client, or null for never
 * @param http2KeepaliveTimeout how long to wait for its answer before closing, or null for 20 s
 * @param maxConnectionDuration after which a connection is closed behind its current request, or
 *     null for never
 * @param maxHeaderBytes the largest head of a request; more is answered with 431
 * @param maxUriBytes the longest request target; more is answered with 414
 * @param headerTimeout from the first byte of a head to its end; later is answered with 408
 * @param bodyIdleTimeout the longest pause within a request body; longer is answered with 408
 * @param maxConnections the most connections at once, or 0 for no limit; more are closed
 * @param sseKeepAlive after how long a silence a comment is written into an event stream, or null
 *     for never
 * @param maxBufferSize the most bytes of one body that policies may hold, or null for 2 MiB, and
 *     what the backends of a route want if that is more: 32 MiB where models are
 */
public record HttpLimits(
    int http1MaxHeaders,
    Duration http1IdleTimeout,
    @Nullable Integer http2WindowSize,
    @Nullable Integer http2ConnectionWindowSize,
    @Nullable Integer http2FrameSize,
    @Nullable Integer http2MaxHeaderSize,
    int http2MaxStreams,
    @Nullable Duration http2KeepaliveInterval,
    @Nullable Duration http2KeepaliveTimeout,
    @Nullable Duration maxConnectionDuration,
    int maxHeaderBytes,
    int maxUriBytes,
    Duration headerTimeout,
    Duration bodyIdleTimeout,
    int maxConnections,
    @Nullable Duration sseKeepAlive,
    @Nullable Integer maxBufferSize) {
  /** The defaults. */
  public static final HttpLimits DEFAULT = builder().build();

  /** Checks the ranges. */
  public HttpLimits {
    check("http1MaxHeaders", http1MaxHeaders, 1);
    check("http2MaxStreams", http2MaxStreams, 1);
    check("maxHeaderBytes", maxHeaderBytes, 256);
    check("maxUriBytes", maxUriBytes, 1);
    check("maxConnections", maxConnections, 0);
    check("maxBufferSize", maxBufferSize == null ? 0 : maxBufferSize, 0);
    check("http1IdleTimeout", requireNonNull(http1IdleTimeout, "http1IdleTimeout"));
    check("headerTimeout", requireNonNull(headerTimeout, "headerTimeout"));
    check("bodyIdleTimeout", requireNonNull(bodyIdleTimeout, "bodyIdleTimeout"));
    check("http2KeepaliveInterval", http2KeepaliveInterval);
    check("http2KeepaliveTimeout", http2KeepaliveTimeout);
    check("maxConnectionDuration", maxConnectionDuration);
    check("sseKeepAlive", sseKeepAlive);
    if (http2FrameSize != null && (http2FrameSize < 16_384 || http2FrameSize > 16_777_215)) {
      throw new IllegalArgumentException(
          "http2FrameSize: " + http2FrameSize + " (expected: 16384..16777215)");
    }
    check("http2WindowSize", http2WindowSize == null ? 1 : http2WindowSize, 1);
    check("http2MaxHeaderSize", http2MaxHeaderSize == null ? 1 : http2MaxHeaderSize, 1);
    if (http2ConnectionWindowSize != null && http2ConnectionWindowSize < 65_535) {
      throw new IllegalArgumentException(
          "http2ConnectionWindowSize: " + http2ConnectionWindowSize + " (expected: >= 65535)");
    }
  }

  private static void check(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }

  private static void check(String name, @Nullable Duration value) {
    if (value != null && (value.isNegative() || value.isZero())) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: more than 0)");
    }
  }

  /** Returns a builder that starts with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects limits. Not safe for concurrent use. */
  public static final class Builder {
    private int http1MaxHeaders = 100;
    private Duration http1IdleTimeout = Duration.ofMinutes(10);
    private @Nullable Integer http2WindowSize;
    private @Nullable Integer http2ConnectionWindowSize;
    private @Nullable Integer http2FrameSize;
    private @Nullable Integer http2MaxHeaderSize;
    private int http2MaxStreams = 128;
    private @Nullable Duration http2KeepaliveInterval;
    private @Nullable Duration http2KeepaliveTimeout;
    private @Nullable Duration maxConnectionDuration;
    private int maxHeaderBytes = 65_536;
    private int maxUriBytes = 8_192;
    private Duration headerTimeout = Duration.ofSeconds(10);
    private Duration bodyIdleTimeout = Duration.ofSeconds(60);
    private int maxConnections;
    private @Nullable Duration sseKeepAlive;
    private @Nullable Integer maxBufferSize;

    private Builder() {}

    /** Sets the most header lines. */
    public Builder http1MaxHeaders(int http1MaxHeaders) {
      this.http1MaxHeaders = http1MaxHeaders;
      return this;
    }

    /** Sets how long an idle connection stays open. */
    public Builder http1IdleTimeout(Duration http1IdleTimeout) {
      this.http1IdleTimeout = http1IdleTimeout;
      return this;
    }

    /** Sets the flow-control window of a stream. */
    public Builder http2WindowSize(@Nullable Integer http2WindowSize) {
      this.http2WindowSize = http2WindowSize;
      return this;
    }

    /** Sets the flow-control window of a connection. */
    public Builder http2ConnectionWindowSize(@Nullable Integer http2ConnectionWindowSize) {
      this.http2ConnectionWindowSize = http2ConnectionWindowSize;
      return this;
    }

    /** Sets the largest frame. */
    public Builder http2FrameSize(@Nullable Integer http2FrameSize) {
      this.http2FrameSize = http2FrameSize;
      return this;
    }

    /** Sets the largest header list. */
    public Builder http2MaxHeaderSize(@Nullable Integer http2MaxHeaderSize) {
      this.http2MaxHeaderSize = http2MaxHeaderSize;
      return this;
    }

    /** Sets the most streams at once on one connection. */
    public Builder http2MaxStreams(int http2MaxStreams) {
      this.http2MaxStreams = http2MaxStreams;
      return this;
    }

    /** Sets how often to ping. */
    public Builder http2KeepaliveInterval(@Nullable Duration http2KeepaliveInterval) {
      this.http2KeepaliveInterval = http2KeepaliveInterval;
      return this;
    }

    /** Sets how long to wait for the answer to a ping. */
    public Builder http2KeepaliveTimeout(@Nullable Duration http2KeepaliveTimeout) {
      this.http2KeepaliveTimeout = http2KeepaliveTimeout;
      return this;
    }

    /** Sets the longest life of a connection. */
    public Builder maxConnectionDuration(@Nullable Duration maxConnectionDuration) {
      this.maxConnectionDuration = maxConnectionDuration;
      return this;
    }

    /** Sets the largest head. */
    public Builder maxHeaderBytes(int maxHeaderBytes) {
      this.maxHeaderBytes = maxHeaderBytes;
      return this;
    }

    /** Sets the longest request target. */
    public Builder maxUriBytes(int maxUriBytes) {
      this.maxUriBytes = maxUriBytes;
      return this;
    }

    /** Sets how long a head may take. */
    public Builder headerTimeout(Duration headerTimeout) {
      this.headerTimeout = headerTimeout;
      return this;
    }

    /** Sets the longest pause within a body. */
    public Builder bodyIdleTimeout(Duration bodyIdleTimeout) {
      this.bodyIdleTimeout = bodyIdleTimeout;
      return this;
    }

    /** Sets the most connections at once. */
    public Builder maxConnections(int maxConnections) {
      this.maxConnections = maxConnections;
      return this;
    }

    /** Sets after how long a silence a comment is written into an event stream. */
    public Builder sseKeepAlive(@Nullable Duration sseKeepAlive) {
      this.sseKeepAlive = sseKeepAlive;
      return this;
    }

    /** Sets the most bytes of one body that policies may hold. */
    public Builder maxBufferSize(@Nullable Integer maxBufferSize) {
      this.maxBufferSize = maxBufferSize;
      return this;
    }

    /** Returns the limits. */
    public HttpLimits build() {
      return new HttpLimits(
          http1MaxHeaders,
          http1IdleTimeout,
          http2WindowSize,
          http2ConnectionWindowSize,
          http2FrameSize,
          http2MaxHeaderSize,
          http2MaxStreams,
          http2KeepaliveInterval,
          http2KeepaliveTimeout,
          maxConnectionDuration,
          maxHeaderBytes,
          maxUriBytes,
          headerTimeout,
          bodyIdleTimeout,
          maxConnections,
          sseKeepAlive,
          maxBufferSize);
    }
  }
}
