package dev.postern.policy.testing;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonString;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.VariableSource;
import dev.postern.policy.authn.ApiKey;
import dev.postern.policy.authn.BasicAuth;
import dev.postern.policy.authn.JwtAuth;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An authentication policy that believes what a test says of its caller, and asks for a credential
 * as always when the test says nothing of the kind.
 *
 * @param real the policy as it is configured
 */
record GivenCaller(InterceptingPolicy real) implements InterceptingPolicy {
  /** Returns the policy for tests: itself, unless it tells callers apart. */
  static Policy around(Policy policy) {
    return policy instanceof JwtAuth || policy instanceof ApiKey || policy instanceof BasicAuth
        ? new GivenCaller((InterceptingPolicy) policy)
        : policy;
  }

  @Override
  public String kind() {
    return real.kind();
  }

  @Override
  public Place runsAt(Place attached) {
    return real.runsAt(attached);
  }

  @Override
  public Phase phase(Place place) {
    return real.phase(place);
  }

  @Override
  public Policy over(Policy lessSpecific) {
    return around(
        real.over(lessSpecific instanceof GivenCaller(var inherited) ? inherited : lessSpecific));
  }

  @Override
  public List<VariableSource> variables() {
    return real.variables().stream().<VariableSource>map(Given::over).toList();
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    Interceptor asking = real.interceptor(context);
    InstantSource clock = context.clock();
    return (exchange, request, next) -> {
      Map<String, ?> caller = caller(exchange, clock);
      if (caller == null) {
        return asking.intercept(exchange, request, next);
      }
      Given.give(exchange, real.variables().getFirst().name(), caller);
      return next.proceed(exchange, request);
    };
  }

  /** Returns what the variable of the policy holds, or null when the test does not say. */
  private @Nullable Map<String, ?> caller(Exchange exchange, InstantSource clock) {
    Identity identity = exchange.get(Identity.KEY);
    if (identity == null) {
      return null;
    }
    return switch (real) {
      case JwtAuth policy -> identity.jwt();
      case BasicAuth policy ->
          identity.basicAuth() == null ? null : Map.of("username", identity.basicAuth());
      case ApiKey policy ->
          switch (identity.apiKey()) {
            case null -> null;
            case JsonString(String name) -> named(policy, name, exchange, clock);
            case Json metadata -> metadata.members();
          };
      default -> null;
    };
  }

  private static Map<String, ?> named(
      ApiKey policy, String name, Exchange exchange, InstantSource clock) {
    for (ApiKey.Key key : policy.keys()) {
      if (name.equals(key.name())) {
        String refusal = key.refusal(exchange.record().source(), clock.instant());
        if (refusal != null) {
          throw refused(refusal);
        }
        Map<String, Object> fields = new LinkedHashMap<>(key.metadata());
        fields.put("name", name);
        return fields;
      }
    }
    throw refused("the test names a key that is not configured: " + name);
  }

  private static GatewayException refused(String detail) {
    return Reason.API_KEY_AUTH
        .exception("api key authentication failure: invalid credentials")
        .detail("apiKey: " + detail);
  }
}
