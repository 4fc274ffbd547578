package dev.postern.llm.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.FrontendPolicies;
import dev.postern.core.Gateway;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.telemetry.MetricLabels;
import dev.postern.llm.LlmBackend;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Labels that a configuration adds stand on the metrics of requests and of models alike. */
class AddedLabelsTest {
  @RegisterExtension
  static final OpenTelemetryExtension TELEMETRY = OpenTelemetryExtension.create();

  @Test
  void metricsOfModelsHaveThemToo() throws IOException {
    Conditions labels =
        new Conditions()
            .with("team", (exchange, request, response) -> request.header("x-team"))
            .with("nothing", (exchange, request, response) -> null);
    try (ScriptedProvider provider = new ScriptedProvider();
        Gateway gateway =
            Gateway.builder()
                .openTelemetry(TELEMETRY.getOpenTelemetry())
                .expressions(labels.engine())
                .frontendPolicies(
                    FrontendPolicies.builder()
                        .metrics(MetricLabels.DEFAULT.add("team", "team").add("none", "nothing"))
                        .build())
                .route(
                    "llm",
                    route ->
                        route.backend(
                            LlmBackend.builder()
                                .provider(
                                    NamedProvider.of("p", OpenAi.withoutKey())
                                        .baseUrl(provider.baseUrl()))
                                .build()))
                .build()) {
      String asked = "{\"model\":\"m-1\",\"messages\":[]}";
      gateway
          .handle(
              GatewayRequest.post("/v1/chat/completions", Body.of(asked))
                  .header("content-type", "application/json")
                  .header("x-team", "blue")
                  .build())
          .body()
          .readAll(10_000);
    }

    Set<String> labelled = new TreeSet<>();
    for (MetricData metric : TELEMETRY.getMetrics()) {
      for (PointData point : metric.getData().getPoints()) {
        if ("blue".equals(point.getAttributes().get(AttributeKey.stringKey("team")))
            && "unknown".equals(point.getAttributes().get(AttributeKey.stringKey("none")))) {
          labelled.add(metric.getName());
        }
      }
    }
    assertThat(labelled)
        .contains(
            "agentgateway_requests",
            "agentgateway_gen_ai_client_token_usage",
            "agentgateway_gen_ai_server_request_duration");
  }
}
