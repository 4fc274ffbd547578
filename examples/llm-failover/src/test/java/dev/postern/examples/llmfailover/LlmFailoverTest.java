package dev.postern.examples.llmfailover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.VariableResolver;
import dev.postern.core.json.Json;
import dev.postern.core.testing.FakeModel;
import dev.postern.core.testing.FreePorts;
import dev.postern.core.text.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

@ParameterizedClass
@CsvSource({"java, listener", "java, in-process", "yaml, listener", "yaml, in-process"})
class LlmFailoverTest {
  @Parameter(0)
  private String form;

  @Parameter(1)
  private String door;

  private final MockWebServer primary = new MockWebServer();
  private FakeModel backup;
  private Gateway gateway;
  private OkHttpClient client = new OkHttpClient();
  private String url = "http://gateway";

  @BeforeEach
  void open() throws IOException {
    primary.start();
    backup = FakeModel.start();
    String primaryUrl = "http://127.0.0.1:" + primary.getPort() + "/v1";
    String backupUrl = backup.url() + "/v1";
    gateway =
        Gateway.from(
            FreePorts.of(
                form.equals("java") ? java(primaryUrl, backupUrl) : yaml(primaryUrl, backupUrl)));
    if (door.equals("listener")) {
      url = "http://127.0.0.1:" + gateway.start().port();
    } else {
      client = client.newBuilder().addInterceptor(gateway.asOkHttpInterceptor()).build();
    }
  }

  @AfterEach
  void close() {
    gateway.close(Duration.ZERO);
    backup.close();
    primary.close();
  }

  private static GatewayConfig java(String primaryUrl, String backupUrl) {
    return Main.config(primaryUrl, Secret.of("k1"), backupUrl, Secret.of("k2"));
  }

  private static GatewayConfig yaml(String primaryUrl, String backupUrl) {
    VariableResolver variables =
        VariableResolver.of(
            Map.of(
                "PRIMARY_KEY",
                "k1",
                "PRIMARY_URL",
                primaryUrl,
                "BACKUP_KEY",
                "k2",
                "BACKUP_URL",
                backupUrl));
    return Configs.load(Path.of("gateway.yaml"), LoadOptions.DEFAULTS.variables(variables))
        .config();
  }

  private Response ask() throws IOException {
    RequestBody question =
        RequestBody.create(
            "{\"model\":\"any\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
            MediaType.get("application/json"));
    return client
        .newCall(new Request.Builder().url(url + "/v1/chat/completions").post(question).build())
        .execute();
  }

  private void answered(String provider, @Nullable String attempts) throws IOException {
    try (Response answer = ask()) {
      assertThat(answer.code()).isEqualTo(200);
      assertThat(answer.header("x-gateway-provider")).isEqualTo(provider);
      assertThat(answer.header("x-gateway-attempts")).isEqualTo(attempts);
      assertThat(Json.parse(answer.body().string()).string("object")).hasValue("chat.completion");
    }
  }

  private static MockResponse.Builder json(int status, String body) {
    return new MockResponse.Builder()
        .code(status)
        .addHeader("content-type", "application/json")
        .body(body);
  }

  @Test
  void bothFormsAreEqual() {
    assertThat(yaml("http://a/v1", "http://b/v1")).isEqualTo(java("http://a/v1", "http://b/v1"));
  }

  @Test
  void theFirstProviderAnswersWhileItCan() throws Exception {
    primary.enqueue(json(200, "{\"object\":\"chat.completion\"}").build());

    answered("primary", null);

    assertThat(Json.parse(primary.takeRequest().getBody().utf8()).string("model"))
        .hasValue("gpt-5-mini");
    assertThat(backup.requests()).isEmpty();
  }

  @Test
  void theSecondTakesOverWithinTheRequestAndTheFirstIsLeftAlone() throws Exception {
    primary.enqueue(json(503, "{}").build());

    answered("backup", "2");
    answered("backup", null);

    assertThat(primary.getRequestCount()).isEqualTo(1);
    assertThat(backup.requests().get(0).json().string("model")).hasValue("mistral-small-latest");
    assertThat(backup.requests().get(0).headers().get("authorization")).isEqualTo("Bearer k2");
  }

  @Test
  void aProviderThatAsksForTimeIsLeftAloneToo() throws Exception {
    primary.enqueue(json(429, "{}").addHeader("retry-after", "60").build());

    answered("backup", "2");
    answered("backup", null);

    assertThat(primary.getRequestCount()).isEqualTo(1);
  }
}
