package dev.postern.policy.external;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.OpenVariable;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.VariableSource;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks a service whether requests may pass.
 *
 * <p>What the service answers with 2xx passes; what it answers with 3xx or 4xx goes back to the
 * caller. When it cannot decide, because it is not there, takes too long, answers with 429 or 5xx
 * or with what is no answer, {@code failureMode} does. Headers that the service can give never come
 * from the caller.
 *
 * @param target the service: a host, or a backend that is defined by name
 * @param policies what holds for the calls, as TLS and credentials
 * @param protocol how the service is asked
 * @param failureMode what happens when it cannot decide; refused by default
 * @param includeRequestHeaders headers of the request, or {@code :method}, {@code :path}, {@code
 *     :authority}, {@code :scheme}, that the service is told; {@code authorization} when empty
 * @param includeRequestBody how much of the body the service is told; nothing by default
 * @param cache which answers are used again; none by default
 * @param timeout how long the service may take, within the limits of the request itself; 2 s by
 *     default
 * @param statusOnError the status of refusals because it cannot decide, 400 to 599; 403 by default
 */
public record ExtAuthz(
    Backend target,
    PolicySet policies,
    AuthorizationProtocol protocol,
    FailureMode failureMode,
    List<String> includeRequestHeaders,
    @Nullable RequestBody includeRequestBody,
    @Nullable Cache cache,
    Duration timeout,
    int statusOnError)
    implements InterceptingPolicy {
  /** What authorization services said about a request. */
  static final OpenVariable VARIABLE = new OpenVariable("extauthz");

  /** The kind of the policy. */
  static final String KIND = "extAuthz";

  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);
  static final int DEFAULT_STATUS = 403;

  /** Checks the values. */
  public ExtAuthz {
    requireNonNull(target, "target");
    requireNonNull(policies, "policies");
    requireNonNull(protocol, "protocol");
    requireNonNull(failureMode, "failureMode");
    requireNonNull(timeout, "timeout");
    includeRequestHeaders = List.copyOf(includeRequestHeaders);
    for (int i = 0; i < includeRequestHeaders.size(); i++) {
      CallHeaders.check("includeRequestHeaders[" + i + "]", includeRequestHeaders.get(i));
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: more than zero)");
    }
    if (statusOnError < 400 || statusOnError > 599) {
      throw new IllegalArgumentException(
          "statusOnError: " + statusOnError + " (expected: 400..599)");
    }
  }

  /** Returns a policy that asks the service by HTTP, with the path of each request. */
  public static ExtAuthz http(Backend target) {
    return http(target, AuthorizationProtocol.Http.DEFAULT);
  }

  /** Returns a policy that asks the service by HTTP. */
  public static ExtAuthz http(Backend target, AuthorizationProtocol.Http protocol) {
    return new ExtAuthz(
        target,
        PolicySet.EMPTY,
        protocol,
        FailureMode.DENY,
        List.of(),
        null,
        null,
        DEFAULT_TIMEOUT,
        DEFAULT_STATUS);
  }

  /** Returns this policy with other policies for its calls. */
  public ExtAuthz policies(Policy... policies) {
    return new ExtAuthz(
        target,
        PolicySet.of(policies),
        protocol,
        failureMode,
        includeRequestHeaders,
        includeRequestBody,
        cache,
        timeout,
        statusOnError);
  }

  /** Returns this policy with something else done when the service cannot decide. */
  public ExtAuthz failureMode(FailureMode failureMode) {
    return new ExtAuthz(
        target,
        policies,
        protocol,
        failureMode,
        includeRequestHeaders,
        includeRequestBody,
        cache,
        timeout,
        statusOnError);
  }

  /** Returns this policy telling the service other headers. */
  public ExtAuthz includeRequestHeaders(String... includeRequestHeaders) {
    return new ExtAuthz(
        target,
        policies,
        protocol,
        failureMode,
        List.of(includeRequestHeaders),
        includeRequestBody,
        cache,
        timeout,
        statusOnError);
  }

  /** Returns this policy telling the service of the body. */
  public ExtAuthz includeRequestBody(RequestBody includeRequestBody) {
    return new ExtAuthz(
        target,
        policies,
        protocol,
        failureMode,
        includeRequestHeaders,
        includeRequestBody,
        cache,
        timeout,
        statusOnError);
  }

  /** Returns this policy using answers again. */
  public ExtAuthz cache(Cache cache) {
    return new ExtAuthz(
        target,
        policies,
        protocol,
        failureMode,
        includeRequestHeaders,
        includeRequestBody,
        cache,
        timeout,
        statusOnError);
  }

  /** Returns this policy with another time for the service. */
  public ExtAuthz timeout(Duration timeout) {
    return new ExtAuthz(
        target,
        policies,
        protocol,
        failureMode,
        includeRequestHeaders,
        includeRequestBody,
        cache,
        timeout,
        statusOnError);
  }

  /** Returns this policy with another status of refusals because the service cannot decide. */
  public ExtAuthz statusOnError(int statusOnError) {
    return new ExtAuthz(
        target,
        policies,
        protocol,
        failureMode,
        includeRequestHeaders,
        includeRequestBody,
        cache,
        timeout,
        statusOnError);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Phase phase(Place place) {
    return place == Place.BACKEND ? Phase.BACKEND_EXT_AUTHZ : Phase.EXT_AUTHZ;
  }

  @Override
  public List<VariableSource> variables() {
    return List.of(VARIABLE);
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return switch (protocol) {
      case AuthorizationProtocol.Http http -> ExtAuthzInterceptor.of(this, http, context);
    };
  }

  /**
   * How much of the body of a request the service is told.
   *
   * @param maxRequestBytes the most bytes; 8192 by default
   * @param allowPartialMessage whether of a larger body the beginning is told; by default the
   *     request is refused with 413
   * @param packAsBytes makes no difference over HTTP, which always carries bytes
   */
  public record RequestBody(int maxRequestBytes, boolean allowPartialMessage, boolean packAsBytes) {
    static final int DEFAULT_MAX_REQUEST_BYTES = 8192;

    /** Up to 8192 bytes; requests with more are refused. */
    public static final RequestBody DEFAULT =
        new RequestBody(DEFAULT_MAX_REQUEST_BYTES, false, false);

    /** Checks the number. */
    public RequestBody {
      if (maxRequestBytes < 1) {
        throw new IllegalArgumentException(
            "maxRequestBytes: " + maxRequestBytes + " (expected: at least 1)");
      }
    }

    /** Returns a policy that tells up to so many bytes, and refuses requests with more. */
    public static RequestBody upTo(int maxRequestBytes) {
      return new RequestBody(maxRequestBytes, false, false);
    }

    /** Returns a policy that tells the first bytes of any body. */
    public static RequestBody beginning(int maxRequestBytes) {
      return new RequestBody(maxRequestBytes, true, false);
    }
  }

  /**
   * Which answers are used again: those that let pass, and refusals with 401 and 403.
   *
   * @param key expressions over the request: the answer to one is the answer to all for which they
   *     give the same, so they must tell callers apart; a request for which one fails is asked
   *     about
   * @param ttl how long an answer is used: a duration such as {@code 5m}, or an expression over the
   *     answer that gives a duration, or the time until which, also in seconds since 1970; an
   *     answer for which it fails is not used again
   * @param maxEntries the most answers; 10,000 by default
   */
  public record Cache(List<ExpressionText> key, ExpressionText ttl, int maxEntries) {
    static final int DEFAULT_MAX_ENTRIES = 10_000;

    /** Sets the default and checks the number. */
    public Cache {
      requireNonNull(key, "key");
      requireNonNull(ttl, "ttl");
      key = List.copyOf(key);
      maxEntries = maxEntries == 0 ? DEFAULT_MAX_ENTRIES : maxEntries;
      if (maxEntries < 0) {
        throw new IllegalArgumentException(
            "maxEntries: " + maxEntries + " (expected: at least 1, or 0 for the default)");
      }
    }

    /** Returns a cache with a duration, or an expression for one. */
    public static Cache of(String ttl, String... key) {
      List<ExpressionText> parts = List.of(key).stream().map(ExpressionText::parse).toList();
      return new Cache(parts, ExpressionText.parse(ttl), DEFAULT_MAX_ENTRIES);
    }

    /** Returns this cache with another most number of answers. */
    public Cache maxEntries(int maxEntries) {
      return new Cache(key, ttl, maxEntries);
    }
  }
}
