package dev.postern.core;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Chain;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.Demands;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * The order of things. A request runs through
 *
 *   gateway policies - route policies - attempts ( backend policies - backend )
 *
 * and within each group in the order of the Phase enum; the response comes back the same way. Chains
 * are composed when a configuration is loaded, once per listener, route and endpoint set, from the
 * inside out; a request only calls.
 *
 * Up to the attempts every hop turns a refusal into a response at once, in the form of the client's
 * protocol, so that whoever is further out sees an ordinary response: a 401 gets its CORS headers,
 * and the access log is written for it as for any other. Inside an attempt failures stay raw, because
 * the attempt loop decides what becomes of them.
 */
final class Pipeline {
  private static final AttributeKey<Exception> NOTED = AttributeKey.of("failure in an attempt");

  private Pipeline() {}

  /** Returns what runs before the route is chosen. */
  static Handler gatewayPhase(PolicySet policies, SnapshotContext context, Handler routing) {
    return compose(policies, Place.GATEWAY, context, new Rendering(routing));
  }

  /** Returns what runs once per request, ending in the backend and its attempts. */
  static Handler routePhase(PolicySet policies, SnapshotContext context, Handler backend) {
    return compose(policies, Place.ROUTE, context, new Rendering(backend));
  }

  /** Returns what runs once per attempt. */
  static Handler backendPhase(PolicySet policies, SnapshotContext context, Handler target) {
    List<InterceptingPolicy> ordered = ordered(policies, Place.BACKEND);
    Handler chain = ordered.isEmpty() ? target : new Target(target);
    for (int i = ordered.size() - 1; i >= 0; i--) {
      InterceptingPolicy policy = ordered.get(i);
      chain =
          new RawHop(policy.kind(), Demands.interceptor(policy, context.of(policy)), chain::handle);
    }
    return chain;
  }

  private static Handler compose(
      PolicySet policies, Place place, SnapshotContext context, Handler end) {
    Handler chain = end;
    List<InterceptingPolicy> ordered = ordered(policies, place);
    for (int i = ordered.size() - 1; i >= 0; i--) {
      InterceptingPolicy policy = ordered.get(i);
      chain =
          new Hop(policy.kind(), Demands.interceptor(policy, context.of(policy)), chain::handle);
    }
    return ordered.stream().anyMatch(ConditionalPolicy.class::isInstance)
        ? new Hop("conditional", ConditionalPolicy.entering(), chain::handle)
        : chain;
  }

  private static List<InterceptingPolicy> ordered(PolicySet policies, Place place) {
    List<InterceptingPolicy> ordered = new ArrayList<>();
    for (Policy policy : policies.all()) {
      if (policy instanceof InterceptingPolicy intercepting
          && intercepting.runsAt(place) == place) {
        ordered.add(intercepting);
      }
    }
    ordered.sort(Comparator.comparing(policy -> policy.phase(place)));
    return ordered;
  }

  private static GatewayResponse responseOf(String name, GatewayResponse response) {
    if (response == null) {
      throw new IllegalStateException("interceptor " + name + " neither proceeded nor responded");
    }
    return response;
  }

  /** One interceptor; its refusals become responses here. */
  private record Hop(String name, Interceptor interceptor, Chain next) implements Handler {
    @Override
    public GatewayResponse handle(Exchange exchange, GatewayRequest request) {
      try {
        return responseOf(name, interceptor.intercept(exchange, request, next));
      } catch (IOException | RuntimeException failure) {
        // Whatever is further in was rendered there; work that was called off is nobody's refusal.
        exchange.record().refusedBy(exchange.scope().cause() == null ? name : null);
        return Refusals.render(failure, exchange, request);
      }
    }
  }

  /** One interceptor inside an attempt; its refusals pass as they are. */
  private record RawHop(String name, Interceptor interceptor, Chain next) implements Handler {
    @Override
    public GatewayResponse handle(Exchange exchange, GatewayRequest request) throws IOException {
      try {
        return responseOf(name, interceptor.intercept(exchange, request, next));
      } catch (IOException | RuntimeException failure) {
        note(failure, exchange, name);
        throw failure;
      }
    }
  }

  /** What the policies of a backend stand before; its failures are not theirs. */
  private record Target(Handler handler) implements Handler {
    @Override
    public GatewayResponse handle(Exchange exchange, GatewayRequest request) throws IOException {
      try {
        return handler.handle(exchange, request);
      } catch (IOException | RuntimeException failure) {
        note(failure, exchange, null);
        throw failure;
      }
    }
  }

  /** Notes who failed in an attempt, which is the innermost that a failure passes. */
  @SuppressWarnings("ReferenceEquality") // asks whether it is this very failure
  private static void note(Exception failure, Exchange exchange, @Nullable String policy) {
    if (exchange.get(NOTED) != failure) {
      exchange.set(NOTED, failure);
      exchange.record().refusedBy(exchange.scope().cause() == null ? policy : null);
    }
  }

  /** The end of a chain: what comes out of it is a response, never an exception. */
  private record Rendering(Handler handler) implements Handler {
    @Override
    public GatewayResponse handle(Exchange exchange, GatewayRequest request) {
      try {
        return responseOf("backend", handler.handle(exchange, request));
      } catch (IOException | RuntimeException failure) {
        return Refusals.render(failure, exchange, request);
      }
    }
  }
}
