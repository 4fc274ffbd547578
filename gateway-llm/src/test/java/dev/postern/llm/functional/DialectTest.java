package dev.postern.llm.functional;

import static dev.postern.llm.functional.ScriptedModels.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Gateway;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.json.Json;
import dev.postern.llm.functional.Caller.Answer;
import dev.postern.llm.functional.ScriptedProvider.Call;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files in AgentGateway's dialect, of both styles, loaded and used. */
class DialectTest {
  private ScriptedProvider provider;
  private Gateway gateway;

  @BeforeEach
  void start() throws IOException {
    provider = new ScriptedProvider();
  }

  @AfterEach
  void stop() throws IOException {
    if (gateway != null) {
      gateway.close(Duration.ZERO);
    }
    provider.close();
  }

  private void load(String file) throws Exception {
    String host = provider.baseUrl().replace("http://", "").replace("/v1", "");
    Map<String, String> variables =
        Map.of("PORT", freePort(), "KEY", "secret", "HOST", host, "MODELS", "http://" + host);
    LoadOptions options = LoadOptions.DEFAULTS.variables(variables::get);
    gateway = Gateway.from(Configs.load(path(file), options).config()).start();
  }

  private static String freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Integer.toString(socket.getLocalPort());
    }
  }

  private static Path path(String file) throws URISyntaxException {
    return Path.of(DialectTest.class.getResource(file).toURI());
  }

  private Answer ask(Caller caller, String path, String model, String... headers)
      throws IOException {
    String body = "{\"model\":\"" + model + "\",\"messages\":[]}";
    GatewayRequest.Builder request =
        GatewayRequest.post(path, Body.of(body)).header("content-type", "application/json");
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return caller.send(gateway, request.build());
  }

  private Call lastCall() {
    return provider.calls.getLast();
  }

  private static void assertSent(Call call, String target, String body) {
    assertThat(call.head()).startsWith("POST " + target + " HTTP/1.1\r\n");
    assertThat(call.body()).isEqualTo(body);
  }

  @ParameterizedTest
  @EnumSource
  void theShorthandServesItsModels(Caller caller) throws Exception {
    load("shorthand.yaml");
    provider.always(call ->
        call.answer(
            200,
            "content-type: application/json\r\nx-provider-secret: s\r\n",
            ScriptedProvider.ANSWER));

    Answer answer = ask(caller, CHAT, "gpt-5", "x-internal", "1");
    assertThat(answer.text()).isEqualTo(ScriptedProvider.ANSWER);
    assertThat(answer.headers().get("x-provider-secret")).isNull();
    assertSent(
        lastCall(),
        "/v1/chat/completions",
        "{\"model\":\"gpt-5\",\"messages\":[],\"user\":\"corp\"}");
    assertThat(lastCall().head().toLowerCase())
        .contains("authorization: bearer secret\r\n")
        .contains("x-department: research\r\n")
        .contains("x-team: one\r\n")
        .doesNotContain("x-internal");

    ask(caller, CHAT, "fast");
    assertThat(Json.parse(lastCall().body()).string("model")).contains("gpt-5-mini");
    assertThat(lastCall().body()).contains("\"temperature\":0.5");

    ask(caller, CHAT, "local/tiny");
    assertSent(lastCall(), "/local/chat/completions", "{\"model\":\"local/tiny\",\"messages\":[]}");
    assertThat(lastCall().head().toLowerCase()).contains("authorization: bearer local-key\r\n");

    ask(caller, CHAT, "by-team", "x-team", "a");
    assertThat(lastCall().body()).contains("\"team-a\"");
    ask(caller, CHAT, "by-team");
    assertThat(lastCall().body()).contains("\"team-others\"");

    ask(caller, CHAT, "mixed");
    assertThat(lastCall().body()).contains("\"gpt-5-mini\"");
  }

  @Test
  void theShorthandsVirtualModelsFailOver() throws Exception {
    load("shorthand.yaml");
    provider.then(call -> call.json(503, "{}"));
    Answer answer = ask(Caller.LISTENER, CHAT, "smart");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers().get("x-gateway-provider")).isEqualTo("fast-model");
    assertThat(provider.calls).hasSize(2);
    assertThat(provider.calls.get(0).head()).startsWith("POST /hidden/chat/completions ");
    assertThat(provider.calls.get(1).body()).contains("\"gpt-5-mini\"");
  }

  @Test
  void theShorthandHidesItsInternalModels() throws Exception {
    load("shorthand.yaml");
    assertThat(ask(Caller.LISTENER, CHAT, "hidden").code()).isEqualTo("model_not_found");
    Answer list = Caller.LISTENER.send(gateway, GatewayRequest.get("/v1/models").build());
    assertThat(Json.parse(list.body()).find("data").orElseThrow().elements())
        .extracting(model -> model.string("id").orElseThrow())
        .containsExactly("by-team", "fast", "mixed", "smart");
    assertThat(provider.calls).isEmpty();
  }

  @Test
  void aQuirkKeepsStreamOptionsOut() throws Exception {
    load("shorthand.yaml");
    String body = "{\"model\":\"local/tiny\",\"messages\":[],\"stream\":true}";
    Caller.LISTENER.post(gateway, CHAT, body);
    assertThat(lastCall().body()).isEqualTo(body);
  }

  @ParameterizedTest
  @EnumSource
  void routesServeProviders(Caller caller) throws Exception {
    load("routes.yaml");
    ask(caller, "/openai/v1/chat/completions", "claude-x");
    assertSent(
        lastCall(),
        "/v1/chat/completions",
        "{\"model\":\"gpt-5\",\"messages\":[],\"user\":\"team\",\"temperature\":0.7}");
    assertThat(lastCall().head().toLowerCase()).contains("authorization: bearer secret\r\n");

    provider.then(call -> call.json(500, "{}"));
    Answer answer = ask(caller, "/groups/v1/chat/completions", "mine");
    assertThat(answer.headers().get("x-gateway-provider")).isEqualTo("fallback");
    Call failed = provider.calls.get(provider.calls.size() - 2);
    assertSent(failed, "/first/chat/completions", "{\"model\":\"llama\",\"messages\":[]}");
    assertSent(lastCall(), "/second/chat/completions", "{\"model\":\"mine\",\"messages\":[]}");
    assertThat(lastCall().head().toLowerCase()).contains("api-key: secret\r\n");
  }

  @ParameterizedTest
  @EnumSource
  void routesPassOnWhatTheyDoNotKnow(Caller caller) throws Exception {
    load("routes.yaml");
    ask(caller, CHAT, "gpt-4.1", "authorization", "Bearer mine");
    assertThat(lastCall().head().toLowerCase()).contains("authorization: bearer mine\r\n");
    provider.then(call -> call.answer(200, "content-type: audio/mpeg\r\n", "sound"));
    Answer answer = ask(caller, "/v1/audio/speech", "tts");
    assertThat(answer.text()).isEqualTo("sound");
    assertThat(lastCall().head()).startsWith("POST /v1/audio/speech ");
    assertThat(caller.post(gateway, "/v1/messages", "{}").status()).isEqualTo(501);
  }

  @Test
  void theShorthandSharesAGatewayWithRoutes() throws Exception {
    load("attached.yaml");
    assertThat(ask(Caller.LISTENER, CHAT, "any").status()).isEqualTo(200);
    Caller.LISTENER.post(gateway, "/other/x", "{}");
    assertThat(lastCall().head()).startsWith("POST /other/x ");
    assertThat(Caller.LISTENER.post(gateway, "/elsewhere", "{}").status()).isEqualTo(404);
  }

  @Test
  void whatIsNotBuiltIsRefusedWithItsPlace() {
    assertThatThrownBy(() -> Configs.load(path("unbuilt.yaml")))
        .isInstanceOfSatisfying(
            ConfigException.class,
            refused ->
                assertThat(refused.diagnostics())
                    .extracting(problem ->
                        problem.location().line()
                            + ":"
                            + problem.location().column()
                            + " "
                            + problem.path()
                            + ": "
                            + problem.message())
                    .contains(
                        "5:15 llm.models[0].provider: anthropic is not supported yet",
                        "10:5 llm.models[1].guardrails: not supported yet",
                        "11:5 llm.models[1].transformation: not supported yet",
                        "12:5 llm.models[1].promptCaching: not supported yet",
                        "14:7 llm.models[1].params.apiKeys: not supported yet",
                        "18:7 llm.virtualModels[0].routing.conditional: not supported yet",
                        "21:5 llm.policies.oidc: not supported yet",
                        "22:3 llm.modelCatalog: not supported yet",
                        "26:7 routes[0].policies.ai.promptGuard: not supported yet",
                        "27:7 routes[0].policies.ai.prompts: not supported yet",
                        "32:9 routes[0].backends[0].ai.provider.bedrock: not supported yet"));
  }
}
