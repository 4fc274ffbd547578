package dev.postern.policy.testing;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.ExpressionEngine.Environment;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import dev.postern.policy.cel.CelExpressions;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates one expression as policies do, without a gateway.
 *
 * <pre>{@code
 * boolean allowed = CelTester.eval("jwt.role == 'admin' && request.path.startsWith('/v1')")
 *     .withRequest(GatewayRequest.get("/v1/models").build())
 *     .withJwt(Map.of("role", "admin"))
 *     .test();
 * }</pre>
 *
 * <p>It is checked as on a route: a name that does not exist there fails with an {@link
 * dev.postern.core.exchange.ExpressionException} that points at it. One that has no value fails
 * with a {@link CelFailure}. What is not given is not there, except a request of {@code GET /} from
 * {@code 127.0.0.1}. Not safe for concurrent use.
 */
public final class CelTester {
  private static final ExpressionEngine ENGINE = engine(InstantSource.system());

  private final ExpressionText expression;
  private final Map<String, Map<String, ?>> variables = new LinkedHashMap<>();
  private GatewayRequest request = GatewayRequest.get("/").authority("localhost").build();
  private @Nullable GatewayResponse response;
  private String source = "127.0.0.1";
  private @Nullable ClientCertificate certificate;
  private @Nullable Instant clock;

  private CelTester(ExpressionText expression) {
    this.expression = expression;
  }

  private static ExpressionEngine engine(InstantSource clock) {
    return new CelExpressions().engine(clock, new Random(), OpenTelemetry.noop());
  }

  /** Returns a tester of this expression. */
  public static CelTester eval(String expression) {
    return new CelTester(ExpressionText.parse(expression));
  }

  /** Sets the request; a body must be in memory. */
  public CelTester withRequest(GatewayRequest request) {
    this.request = requireNonNull(request, "request");
    return this;
  }

  /** Sets the response, and evaluates the expression on its way back. */
  public CelTester withResponse(GatewayResponse response) {
    this.response = requireNonNull(response, "response");
    return this;
  }

  /** Sets the claims of the caller's token: {@code jwt}. */
  public CelTester withJwt(Map<String, ?> claims) {
    return with("jwt", claims);
  }

  /** Sets the claims of the caller's token, written as a JSON object. */
  public CelTester withJwt(String claims) {
    return withJwt(Json.parse(claims).members());
  }

  /** Sets the metadata of the caller's key, and maybe its {@code name}: {@code apiKey}. */
  public CelTester withApiKey(Map<String, ?> metadata) {
    return with("apiKey", metadata);
  }

  /** Sets the name of the caller: {@code basicAuth.username}. */
  public CelTester withBasicAuth(String username) {
    return with("basicAuth", Map.of("username", username));
  }

  /**
   * Sets another variable, as {@code llm} or {@code extauthz}.
   *
   * @param fields its fields: texts, numbers, booleans, {@link Json}, times, lists and maps of
   *     these
   */
  public CelTester with(String variable, Map<String, ?> fields) {
    variables.put(requireNonNull(variable, "variable"), new LinkedHashMap<>(fields));
    return this;
  }

  /** Sets the address of the caller: {@code source.address}. */
  public CelTester withSource(String address) {
    Asking.address("source", address);
    this.source = address;
    return this;
  }

  /** Sets what the certificate of the caller says. */
  public CelTester withClientCertificate(ClientCertificate certificate) {
    this.certificate = requireNonNull(certificate, "certificate");
    return this;
  }

  /** Sets what time it is for the expression. */
  public CelTester withClock(Instant now) {
    this.clock = requireNonNull(now, "now");
    return this;
  }

  /**
   * Evaluates a condition.
   *
   * @throws CelFailure if it has no value
   */
  public boolean test() {
    return evaluate(Result.BOOLEAN, Expression::test);
  }

  /**
   * Evaluates to text, as a header or a limit's key would be.
   *
   * @throws CelFailure if it has no value
   */
  public String text() {
    return evaluate(Result.STRING, Expression::string);
  }

  /**
   * Evaluates to a number.
   *
   * @throws CelFailure if it has no value
   */
  public double number() {
    return evaluate(Result.NUMBER, Expression::number);
  }

  /**
   * Evaluates to any value.
   *
   * @throws CelFailure if it has none
   */
  public Json json() {
    return evaluate(Result.ANY, Expression::json);
  }

  /** One of the ways to evaluate. */
  private interface Way<T> {
    T value(
        Expression expression,
        Exchange exchange,
        GatewayRequest request,
        @Nullable GatewayResponse response)
        throws EvaluationException;
  }

  private <T> T evaluate(Result result, Way<T> way) {
    List<VariableSource> sources = new ArrayList<>();
    variables.keySet().forEach(name -> sources.add(Given.alone(name)));
    ExpressionEngine engine = clock == null ? ENGINE : engine(InstantSource.fixed(clock));
    Moment moment = response == null ? Moment.REQUEST : Moment.RESPONSE;
    Expression compiled =
        engine.compile(expression, new Environment(Place.ROUTE, moment, result, sources));
    var address = Asking.address("source", source);
    Exchange exchange =
        new Exchange(
            ClientCertificate.connection(address, certificate), Scope.root(Timers.system()));
    exchange.record().source(address);
    variables.forEach((name, fields) -> Given.give(exchange, name, fields));
    try {
      return way.value(compiled, exchange, request, response);
    } catch (EvaluationException e) {
      throw new CelFailure(
          expression + ": no value: " + e.getMessage() + " (given: " + given() + ")", e);
    } finally {
      exchange.scope().close();
    }
  }

  private String given() {
    String all =
        variables.entrySet().stream()
            .map(each -> ", " + each.getKey() + new TreeSet<>(each.getValue().keySet()))
            .collect(Collectors.joining());
    return "request, source" + (response == null ? "" : ", response") + all;
  }
}
