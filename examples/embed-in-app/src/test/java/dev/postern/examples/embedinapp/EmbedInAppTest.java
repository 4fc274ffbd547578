package dev.postern.examples.embedinapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.PermissionDeniedException;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.VariableResolver;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.testing.FakeModel;
import dev.postern.core.testing.FreePorts;
import dev.postern.core.text.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

@ParameterizedClass
@CsvSource({"java, listener", "java, in-process", "yaml, listener", "yaml, in-process"})
class EmbedInAppTest {
  @Parameter(0)
  private String form;

  @Parameter(1)
  private String door;

  private final TeamRequired teams = new TeamRequired();
  private FakeModel model;
  private Gateway gateway;

  @BeforeEach
  void open() throws IOException {
    model = FakeModel.start();
    String baseUrl = model.url() + "/v1";
    GatewayConfig config = form.equals("java") ? java(baseUrl) : yaml(baseUrl);
    gateway = Main.gateway(FreePorts.of(config), teams);
  }

  @AfterEach
  void close() {
    gateway.close(Duration.ZERO);
    model.close();
  }

  private static GatewayConfig java(String baseUrl) {
    return Main.config(baseUrl, Secret.of("sk-1"));
  }

  private static GatewayConfig yaml(String baseUrl) {
    VariableResolver variables =
        VariableResolver.of(Map.of("OPENAI_API_KEY", "sk-1", "OPENAI_BASE_URL", baseUrl));
    return Configs.load(Path.of("gateway.yaml"), LoadOptions.DEFAULTS.variables(variables))
        .config();
  }

  private OpenAIClient client(String team) throws IOException {
    return door.equals("in-process")
        ? Main.client(gateway, team)
        : OpenAIOkHttpClient.builder()
            .baseUrl("http://127.0.0.1:" + gateway.start().port() + "/v1")
            .apiKey("none")
            .putHeader(TeamRequired.HEADER, team)
            .build();
  }

  @Test
  void bothFormsAreEqual() {
    assertThat(yaml("http://a/v1")).isEqualTo(java("http://a/v1"));
  }

  @Test
  void answersAndCountsByTeam() throws Exception {
    OpenAIClient client = client("billing");

    assertThat(Main.ask(client, "good day")).isEqualTo("You said: good day");
    assertThat(Main.ask(client, "again")).isEqualTo("You said: again");

    assertThat(teams.calls().get("billing").intValue()).isEqualTo(2);
    assertThat(model.requests())
        .allMatch(request -> request.headers().get(TeamRequired.HEADER) == null);
    client.close();
  }

  @Test
  void callsWithoutATeamAreRefusedInOpenAisFormat() throws Exception {
    OpenAIClient anonymous =
        client("").withOptions(options -> options.removeHeaders(TeamRequired.HEADER));

    assertThatThrownBy(() -> Main.ask(anonymous, "Hi"))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageContaining("every call needs the header x-team");

    assertThat(model.requests()).isEmpty();
    anonymous.close();
  }

  @Test
  void aClosedGatewayTakesNoMoreCalls() {
    gateway.close();

    assertThatThrownBy(() -> gateway.handle(GatewayRequest.get("/v1/models").build()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the gateway is closed");
  }
}
