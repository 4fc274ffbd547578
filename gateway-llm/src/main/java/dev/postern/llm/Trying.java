package dev.postern.llm;

import dev.postern.core.AffinityRule;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.BackendContext;
import dev.postern.llm.select.AttemptRules;
import dev.postern.llm.select.LlmPlan;
import dev.postern.llm.select.Resolution;
import dev.postern.llm.usage.LlmMetrics;
import java.io.IOException;

/**
 * How the calls of one backend are tried.
 *
 * @param rules how often
 * @param affinity which calls go to the same provider
 * @param conditional whether conditions look at calls
 * @param readsRequests whether they look into their bodies
 * @param metrics counts tries
 * @param context of the backend
 */
record Trying(
    AttemptRules rules,
    AffinityRule affinity,
    boolean conditional,
    boolean readsRequests,
    LlmMetrics metrics,
    BackendContext context) {

  static Trying of(AttemptRules rules, Targets targets, BackendContext context) {
    AffinityRule affinity = AffinityRule.of(context);
    return new Trying(
        rules,
        affinity,
        rules.policies().conditional() || affinity.isSet() || targets.judgedByCondition(),
        rules.policies().readsRequests()
            || affinity.readsRequests()
            || targets.judgedByRequestBody(),
        new LlmMetrics(context.telemetry()),
        context);
  }

  /** Returns a body that conditions can look at, if they do. */
  Body content(Exchange exchange, Body body) throws IOException {
    return readsRequests ? context.buffers().keep(exchange, body, context.buffers().limit()) : body;
  }

  /**
   * Plans a call.
   *
   * @param request the call as attempts start from it
   * @param client what the client sent as headers, of which providers get a part
   * @param decoded whether the body was decoded
   */
  LlmPlan plan(
      Exchange exchange,
      GatewayRequest request,
      Headers client,
      boolean decoded,
      Resolution resolution) {
    if (!conditional) {
      return new LlmPlan(resolution, request, rules, null, metrics, context);
    }
    GatewayRequest seen =
        request.withHeaders(decoded ? client.without("content-encoding") : client);
    return new LlmPlan(
        resolution, seen, rules.at(exchange, seen), affinity.key(exchange, seen), metrics, context);
  }
}
