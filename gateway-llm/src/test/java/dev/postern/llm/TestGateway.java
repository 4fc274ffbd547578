package dev.postern.llm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.core.FrontendPolicies;
import dev.postern.core.Gateway;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.llm.usage.LlmRecord;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/** A gateway with one LLM backend, called in-process. */
final class TestGateway implements AutoCloseable {
  private final AtomicReference<Exchange> last = new AtomicReference<>();
  private final Gateway gateway;

  TestGateway(LlmBackend backend, Policy... policies) {
    this(backend, OpenTelemetry.noop(), policies);
  }

  TestGateway(LlmBackend backend, OpenTelemetry telemetry, Policy... policies) {
    this.gateway =
        Gateway.builder()
            .openTelemetry(telemetry)
            .random(new Random(7))
            .route(
                "llm",
                route -> {
                  route.policy(new RememberExchange(last)).backend(backend);
                  for (Policy policy : policies) {
                    route.policy(policy);
                  }
                })
            .build();
  }

  static GatewayRequest chat(String body) {
    return post("/v1/chat/completions", body);
  }

  static GatewayRequest post(String path, String body) {
    return GatewayRequest.post(path, Body.of(body))
        .header("content-type", "application/json")
        .build();
  }

  GatewayResponse handle(GatewayRequest request) {
    return gateway.handle(request);
  }

  GatewayResponse handle(GatewayRequest request, Scope scope) {
    return gateway.handle(request, scope);
  }

  /** Treats requests so from now on. */
  void frontendPolicies(FrontendPolicies policies) {
    gateway.reload(gateway.config().toBuilder().frontendPolicies(policies).build());
  }

  /** Returns the body of the answer, read to its end. */
  String answer(GatewayRequest request) throws IOException {
    return text(handle(request));
  }

  static String text(GatewayResponse response) throws IOException {
    return new String(response.body().readAll(Long.MAX_VALUE), UTF_8);
  }

  Exchange exchange() {
    return last.get();
  }

  LlmRecord record() {
    return last.get().get(LlmRecord.KEY);
  }

  @Override
  public void close() {
    gateway.close();
  }

  private record RememberExchange(AtomicReference<Exchange> last) implements InterceptingPolicy {
    @Override
    public String kind() {
      return "rememberExchange";
    }

    @Override
    public Phase phase(Place place) {
      return Phase.TRANSFORMATION;
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      return (exchange, request, next) -> {
        last.set(exchange);
        return next.proceed(exchange, request);
      };
    }
  }
}
