package dev.postern.examples.embedintest;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.okhttp.OpenAIOkHttpClient;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.VariableResolver;
import dev.postern.core.testing.FakeModel;
import dev.postern.core.testing.FreePorts;
import dev.postern.core.testing.GatewayExtension;
import dev.postern.core.text.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

@ParameterizedClass
@CsvSource({"java, listener", "java, in-process", "yaml, listener", "yaml, in-process"})
class TranslatorTest {
  private static FakeModel model;

  @Parameter(0)
  private String form;

  @Parameter(1)
  private String door;

  @RegisterExtension
  final GatewayExtension gateway =
      new GatewayExtension(
          () -> Gateway.builder().config(FreePorts.of(config(model.url() + "/v1"))));

  private Translator translator;

  @BeforeAll
  static void startModel() throws IOException {
    model = FakeModel.start();
  }

  @AfterAll
  static void stopModel() {
    model.close();
  }

  @BeforeEach
  void open() {
    translator =
        door.equals("listener")
            ? new Translator(gateway.url())
            : new Translator(
                OpenAIOkHttpClient.builder()
                    .baseUrl("http://gateway/v1")
                    .apiKey("none")
                    .maxRetries(0)
                    .addInterceptor(gateway.gateway().asOkHttpInterceptor())
                    .build());
  }

  @AfterEach
  void close() {
    translator.close();
  }

  private GatewayConfig config(String baseUrl) {
    return form.equals("java") ? java(baseUrl) : yaml(baseUrl);
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

  @Test
  void bothFormsAreEqual() {
    assertThat(yaml("http://a/v1")).isEqualTo(java("http://a/v1"));
  }

  @Test
  void translatesWithTheModelOfTheGateway() {
    assertThat(translator.translate("good day", "French")).isEqualTo("You said: good day");

    FakeModel.Request asked = model.requests().get(model.requests().size() - 1);
    assertThat(asked.json().string("model")).hasValue("gpt-5-mini");
    assertThat(asked.body()).contains("Translate into French");
  }

  @Test
  void leavesTheTextAloneWhenTheModelIsDown() {
    model.failNext(503);

    assertThat(translator.translate("good day", "French")).isEqualTo("good day");
  }
}
