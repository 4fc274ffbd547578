package dev.postern.llm;

import static dev.postern.llm.TestGateway.chat;
import static dev.postern.llm.TestGateway.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Gateway;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.text.Secret;
import dev.postern.llm.provider.azure.Azure;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.Model;
import dev.postern.llm.select.SharedProvider;
import dev.postern.llm.select.VirtualModel;
import dev.postern.llm.select.VirtualModel.FailoverTarget;
import dev.postern.llm.select.VirtualModel.WeightedTarget;
import java.io.IOException;
import java.util.Random;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModelsTest {
  private final MockWebServer server = new MockWebServer();
  private Gateway gateway;

  @BeforeEach
  void start() throws IOException {
    server.start();
    server.setDispatcher(new Echo());
    String base = server.url("/v1").toString();
    gateway =
        gateway(
            Llm.builder()
                .provider(SharedProvider.of("shared", OpenAi.withKey(Secret.of("s"))).baseUrl(base))
                .model(model("gpt-*", base).build())
                .model(model("gpt-5", base).build())
                .model(model("*-mini", base).visibility(Model.Visibility.INTERNAL).build())
                .model(Model.builder("small").reference("shared").model("real-small").build())
                .model(
                    model("gpt-5", base)
                        .match(new RouteMatch.Header("x-team", new RouteMatch.Value.Exact("a")))
                        .override("user", Json.of("team-a"))
                        .build())
                .model(
                    Model.builder("down")
                        .provider(OpenAi.withKey(Secret.of("d")))
                        .baseUrl("http://127.0.0.1:1")
                        .build())
                .virtualModel(
                    VirtualModel.weighted(
                        "mixed", new WeightedTarget("gpt-a", 9), new WeightedTarget("gpt-b", 1)))
                .virtualModel(
                    VirtualModel.failover(
                        "smart", new FailoverTarget("down", 0), new FailoverTarget("x-mini", 1))));
  }

  private static Model.Builder model(String name, String base) {
    return Model.builder(name).provider(OpenAi.withKey(Secret.of("k"))).baseUrl(base);
  }

  private static Gateway gateway(Llm.Builder llm) {
    return Gateway.builder().random(new Random(1)).section(llm.port(0).build()).build();
  }

  @AfterEach
  void stop() {
    gateway.close();
    server.close();
  }

  @Test
  void theMostSpecificNameWins() throws Exception {
    assertThat(asked("gpt-5")).isEqualTo("gpt-5");
    assertThat(asked("gpt-other")).isEqualTo("gpt-other");
    assertThat(asked("small")).isEqualTo("real-small");
  }

  @Test
  void conditionsOnHeadersComeBeforeNone() throws Exception {
    GatewayRequest request = request("gpt-5").toBuilder().header("x-team", "a").build();
    assertThat(TestGateway.text(gateway.handle(request))).contains("team-a");
    assertThat(TestGateway.text(gateway.handle(request("gpt-5")))).doesNotContain("team-a");
  }

  @Test
  void unknownAndInternalModelsAreNotFound() throws Exception {
    for (String model : new String[] {"nobody", "x-mini"}) {
      GatewayResponse response = gateway.handle(request(model));
      assertThat(response.status()).isEqualTo(404);
      assertThat(TestGateway.text(response))
          .isEqualTo(
              "{\"error\":{\"message\":\"Model not found: "
                  + model
                  + "\",\"type\":\"invalid_request_error\",\"param\":\"model\","
                  + "\"code\":\"model_not_found\"}}");
    }
  }

  @Test
  void weightsAreDrawnInProportion() throws Exception {
    int first = 0;
    for (int i = 0; i < 100; i++) {
      first += asked("mixed").equals("gpt-a") ? 1 : 0;
    }
    assertThat(first).isBetween(80, 98);
  }

  @Test
  void failoverMovesToTheNextPriority() throws Exception {
    assertThat(asked("smart")).isEqualTo("x-mini");
  }

  @Test
  void modelsAreListedByTheGateway() throws Exception {
    GatewayResponse response = gateway.handle(GatewayRequest.get("/v1/models").build());
    Json list = Json.parse(TestGateway.text(response));
    assertThat(list.find("data").orElseThrow().elements())
        .extracting(model -> model.string("id").orElseThrow())
        .containsExactly("down", "gpt-5", "mixed", "small", "smart");
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void oneModelIsShownOrNotFound() throws Exception {
    GatewayResponse found = gateway.handle(GatewayRequest.get("/v1/models/gpt-5").build());
    Json model = Json.parse(TestGateway.text(found));
    assertThat(model.string("owned_by")).contains("openai");
    assertThat(model.string("object")).contains("model");
    GatewayResponse missing = gateway.handle(GatewayRequest.get("/v1/models/none").build());
    assertThat(missing.status()).isEqualTo(404);
  }

  @Test
  void otherPathsAreForwardedOnlyWhenItIsClearWhere() throws Exception {
    GatewayResponse unclear = gateway.handle(GatewayRequest.get("/v1/fine_tuning/jobs").build());
    assertThat(unclear.status()).isEqualTo(404);
    String base = server.url("/v1").toString();
    try (Gateway forwarding =
        gateway(
            Llm.builder().model(model("*", base).passthrough(Model.Passthrough.DETECT).build()))) {
      GatewayRequest request = GatewayRequest.get("/v1/fine_tuning/jobs?limit=1").build();
      assertThat(TestGateway.text(forwarding.handle(request)))
          .contains("/v1/fine_tuning/jobs?limit=1");
    }
  }

  @Test
  void azureNamesTheDeploymentInThePath() throws Exception {
    String base = server.url("/openai").toString();
    try (Gateway azure =
        gateway(
            Llm.builder()
                .model(
                    Model.builder("*")
                        .provider(Azure.openAi("res", Secret.of("k")).apiVersion("2024-10-21"))
                        .baseUrl(base)
                        .build()))) {
      GatewayRequest request = post("/v1/chat/completions?api-version=x&a=b", body("my gpt"));
      assertThat(TestGateway.text(azure.handle(request)))
          .contains("/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21&a=b");
    }
  }

  @Test
  void aVirtualModelThatLeadsNowhereIsRefused() {
    assertThatThrownBy(() ->
            gateway(
                Llm.builder()
                    .virtualModel(VirtualModel.failover("v", new FailoverTarget("none", 0)))))
        .hasMessageContaining("target none matches none of the models");
  }

  private String asked(String model) throws IOException {
    String answer = TestGateway.text(gateway.handle(request(model)));
    return Json.parse(answer).string("model").orElseThrow();
  }

  private static GatewayRequest request(String model) {
    return chat(body(model));
  }

  private static String body(String model) {
    return "{\"model\":\"" + model + "\",\"messages\":[]}";
  }

  /** Answers with what was asked. */
  private static final class Echo extends Dispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) {
      String body = request.getBody() == null ? "" : request.getBody().utf8();
      String target = "\"target\":\"" + request.getTarget() + "\"";
      return new MockResponse.Builder()
          .addHeader("content-type", "application/json")
          .body(body.isEmpty() ? "{" + target + "}" : "{" + target + "," + body.substring(1))
          .build();
    }
  }
}
