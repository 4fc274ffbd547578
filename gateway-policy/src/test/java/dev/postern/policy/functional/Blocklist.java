package dev.postern.policy.functional;

import dev.postern.core.config.PolicyPlace;
import dev.postern.core.config.PolicyType;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.Demands;
import dev.postern.core.spi.Demands.FailureMode;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.core.upstream.Endpoint;
import dev.postern.core.upstream.UpstreamCall;
import java.time.Duration;
import java.util.Set;

/** The example of docs/custom-policies.md. */
// example:begin
/**
 * Refuses callers that a service of ours knows.
 *
 * @param host where the service is
 * @param port its port
 * @param failureMode what happens when it cannot be asked
 */
public record Blocklist(String host, int port, FailureMode failureMode)
    implements InterceptingPolicy {
  /** Checks the fields and sets the defaults. */
  public Blocklist {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
    }
    failureMode = failureMode == null ? FailureMode.DENY : failureMode;
  }

  @Override
  public String kind() {
    return "blocklist";
  }

  @Override
  public Phase phase(Place place) {
    return Phase.EXT_AUTHZ;
  }

  @Override
  public Demands demands() {
    return Demands.NONE.dependingOn("the blocklist service", failureMode);
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    Endpoint service = new Endpoint(host, port, false);
    long timeout = Duration.ofMillis(500).toNanos();
    return (exchange, request, next) -> {
      GatewayRequest question =
          GatewayRequest.get("/blocked/" + request.header("x-caller"))
              .authority(service.authority())
              .build();
      UpstreamCall call = new UpstreamCall(question, service, context.transport(), timeout, true);
      try (GatewayResponse answer = context.upstream().call(call, exchange.scope())) {
        if (answer.status() == 200) {
          throw Reason.AUTHORIZATION.exception("blocked").detail("on the blocklist");
        }
      }
      return next.proceed(exchange, request);
    };
  }

  /** Makes the policy known to YAML. */
  public static final class Type implements PolicyType {
    @Override
    public String key() {
      return "blocklist";
    }

    @Override
    public Class<? extends Policy> type() {
      return Blocklist.class;
    }

    @Override
    public Set<PolicyPlace> places() {
      return Set.of(PolicyPlace.GATEWAY, PolicyPlace.ROUTE);
    }
  }
}
// example:end
