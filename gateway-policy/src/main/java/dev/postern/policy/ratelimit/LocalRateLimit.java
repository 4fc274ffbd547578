package dev.postern.policy.ratelimit;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.util.List;

/**
 * Rejects callers that have used up their share, counted in this process.
 *
 * <p>A request passes when every limit lets it pass, and takes from none otherwise. Rejected
 * requests get 429 with {@code retry-after} and never reach the backend. What is counted outlives a
 * change of the configuration; when only a capacity changes, what is left changes in proportion.
 *
 * @param limits the limits
 */
public record LocalRateLimit(List<RateLimit> limits) implements InterceptingPolicy {
  /** Copies the list; an absent one is empty. */
  public LocalRateLimit {
    limits = limits == null ? List.of() : List.copyOf(limits);
  }

  /** Returns a policy of these limits. */
  public static LocalRateLimit of(RateLimit... limits) {
    return new LocalRateLimit(List.of(limits));
  }

  @Override
  public String kind() {
    return "localRateLimit";
  }

  @Override
  public Phase phase(Place place) {
    return switch (place) {
      case GATEWAY -> Phase.EARLY_RATE_LIMIT;
      case ROUTE -> Phase.LOCAL_RATE_LIMIT;
      case BACKEND -> throw place.misplaced(kind(), "a gateway or a route");
    };
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return RateLimitInterceptor.of(limits, context);
  }
}
