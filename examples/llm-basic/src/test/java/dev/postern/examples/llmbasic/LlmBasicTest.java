package dev.postern.examples.llmbasic;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.models.Model;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.VariableResolver;
import dev.postern.core.testing.FakeModel;
import dev.postern.core.testing.FreePorts;
import dev.postern.core.text.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

@ParameterizedClass
@CsvSource({"java, listener", "java, in-process", "yaml, listener", "yaml, in-process"})
class LlmBasicTest {
  @Parameter(0)
  private String form;

  @Parameter(1)
  private String door;

  private FakeModel model;
  private Gateway gateway;
  private OpenAIClient client;

  @BeforeEach
  void open() throws IOException {
    model = FakeModel.start();
    String baseUrl = model.url() + "/v1";
    gateway = Gateway.from(FreePorts.of(form.equals("java") ? java(baseUrl) : yaml(baseUrl)));
    OpenAIOkHttpClient.Builder builder = OpenAIOkHttpClient.builder().apiKey("none");
    client =
        door.equals("listener")
            ? builder.baseUrl("http://127.0.0.1:" + gateway.start().port() + "/v1").build()
            : builder
                .baseUrl("http://gateway/v1")
                .addInterceptor(gateway.asOkHttpInterceptor())
                .build();
  }

  @AfterEach
  void close() {
    client.close();
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

  @Test
  void bothFormsAreEqual() {
    assertThat(yaml("http://a/v1")).isEqualTo(java("http://a/v1"));
  }

  @Test
  void theAliasAnswersWordByWord() {
    List<String> words = new ArrayList<>();

    Main.ask(client, "good day", words::add);

    assertThat(words).containsExactly("You ", "said: ", "good ", "day");
    FakeModel.Request request = model.requests().get(0);
    assertThat(request.json().string("model")).hasValue("gpt-5-mini");
    assertThat(request.headers().get("authorization")).isEqualTo("Bearer sk-1");
  }

  @Test
  void theModelsAreListed() {
    assertThat(client.models().list().data())
        .extracting(Model::id)
        .containsExactlyInAnyOrder("gpt-5", "gpt-5-mini", "fast");
  }
}
