package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.ExpressionEngine.Environment;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How expressions reach the engine: where they stand, what is offered there, what goes wrong. */
class ExpressionShapeTest {
  private static final VariableSource JWT = new Offered("jwt");
  private static final VariableSource LLM = new Offered("llm");

  @Test
  void withoutAnEngineExpressionsAreRefusedByName() {
    GatewayBuilder builder = Gateway.builder().route("r", route -> asking(route, "true"));
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage("routes.r.policies: rule: expressions need the gateway-policy module");
  }

  @Test
  void anExpressionMayNameWhatPoliciesAndBackendsOnItsWayOffer() {
    List<Environment> seen = new ArrayList<>();
    GatewayBuilder builder = Gateway.builder().route("r", route -> asking(route, "true"));
    builder.expressions((clock, random, telemetry) ->
        (text, environment) -> {
          seen.add(environment);
          throw new ExpressionException(text, -1, "seen");
        });
    assertThatThrownBy(builder::build).hasMessageContaining("seen");
    assertThat(seen)
        .containsExactly(
            new Environment(Place.ROUTE, Moment.REQUEST, Result.BOOLEAN, List.of(LLM, JWT)));
  }

  @Test
  void anErrorInATextFromAFileNamesItsPathAndPlaceOnce() {
    ExpressionText text = ExpressionText.parse("one &&\ntwo").writtenAt(new Written());
    GatewayBuilder builder =
        Gateway.builder()
            .expressions((clock, random, telemetry) -> REFUSING)
            .route("r", route -> route.policy(new Asking(text)).backend(new Answering()))
            .route("s", route -> route.policy(new Asking(text)).backend(new Answering()));
    InvalidConfigurationException refused =
        catchThrowableOfType(InvalidConfigurationException.class, builder::build);
    assertThat(refused.problems())
        .containsExactly(
            new InvalidConfigurationException.Problem(
                "policies[0].policy.rule",
                "unknown variable two",
                new ExpressionText.Position("gateway.yaml", 17, 3)));
  }

  @Test
  void anErrorInATextFromCodeShowsItsLine() {
    GatewayBuilder builder =
        Gateway.builder()
            .expressions((clock, random, telemetry) -> REFUSING)
            .route("r", route -> asking(route, "one &&\ntwo"));
    assertThatThrownBy(builder::build)
        .hasMessage(
            "routes.r.policies: rule: unknown variable two (line 2, column 1)\n"
                + "  | two\n"
                + "  | ^");
  }

  private static void asking(dev.postern.core.routing.Route.Builder route, String rule) {
    route.policy(new Asking(ExpressionText.parse(rule))).backend(new Answering());
  }

  private static final ExpressionEngine REFUSING =
      (text, environment) -> {
        throw new ExpressionException(text, text.text().indexOf("two"), "unknown variable two");
      };

  private record Written() implements ExpressionText.Origin {
    @Override
    public String path() {
      return "policies[0].policy.rule";
    }

    @Override
    public ExpressionText.Position position(int offset) {
      return new ExpressionText.Position("gateway.yaml", 10 + offset, 3);
    }
  }

  private record Asking(ExpressionText rule) implements InterceptingPolicy {
    @Override
    public String kind() {
      return "asking";
    }

    @Override
    public Phase phase(Place place) {
      return Phase.AUTHORIZATION;
    }

    @Override
    public List<VariableSource> variables() {
      return List.of(JWT);
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      try {
        context.expression(rule, Moment.REQUEST, Result.BOOLEAN);
      } catch (ExpressionException e) {
        throw e.in("rule");
      }
      return (exchange, request, next) -> next.proceed(exchange, request);
    }
  }

  private record Answering() implements Backend {
    @Override
    public String kind() {
      return "answering";
    }

    @Override
    public List<VariableSource> variables() {
      return List.of(LLM);
    }

    @Override
    public Handler handler(BackendContext context) {
      return (exchange, request) -> GatewayResponse.of(200);
    }
  }

  private record Offered(String name) implements VariableSource {
    @Override
    public VariableType.Fields fields() {
      return new VariableType.Fields(Map.of(), true);
    }

    @Override
    public @Nullable Object read(Exchange exchange, String field) {
      return null;
    }
  }
}
