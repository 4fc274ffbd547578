package dev.postern.examples.embedintest;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.testing.FakeModel;
import dev.postern.core.text.Secret;
import dev.postern.llm.Llm;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.Model;
import java.io.IOException;

/** The application with its gateway; the tests beside it are what this example is about. */
public final class Main {
  private Main() {}

  /** Translates a greeting. */
  public static void main(String[] args) throws IOException {
    try (FakeModel model = FakeModel.start();
        Gateway gateway =
            Gateway.from(config(model.url() + "/v1", Secret.of("not-needed"))).start();
        Translator translator = new Translator("http://127.0.0.1:" + gateway.port())) {
      System.out.println(translator.translate("good day", "French"));
    }
  }

  /** Returns the gateway that gateway.yaml describes. */
  static GatewayConfig config(String baseUrl, Secret key) {
    return GatewayConfig.builder()
        .listen(4000)
        .section(
            Llm.builder()
                .model(
                    Model.builder("translator")
                        .provider(OpenAi.withKey(key).model("gpt-5-mini"))
                        .baseUrl(baseUrl)
                        .build())
                .build())
        .build();
  }
}
