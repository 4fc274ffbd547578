package dev.postern.examples.embedinapp;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.TargetedPolicy;
import dev.postern.core.spi.Place;
import dev.postern.core.testing.FakeModel;
import dev.postern.core.text.Secret;
import dev.postern.llm.Llm;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.Model;
import java.io.IOException;

/** An application with a gateway inside: no socket between the OpenAI SDK and the gateway. */
public final class Main {
  private Main() {}

  /** Asks one question. */
  public static void main(String[] args) throws IOException {
    TeamRequired teams = new TeamRequired();
    try (FakeModel model = FakeModel.start();
        Gateway gateway = gateway(config(model.url() + "/v1", Secret.of("not-needed")), teams)) {
      OpenAIClient client = client(gateway, "billing");
      System.out.println(ask(client, "Is this in-process?"));
      System.out.println("calls by team: " + teams.calls());
      client.close();
    } // closing the gateway lets calls in flight end, then closes its connections
  }

  /** Returns what gateway.yaml describes. */
  static GatewayConfig config(String baseUrl, Secret key) {
    return GatewayConfig.builder()
        .listen(4000)
        .section(
            Llm.builder()
                .model(
                    Model.builder("gpt-*").provider(OpenAi.withKey(key)).baseUrl(baseUrl).build())
                .build())
        .build();
  }

  /** Returns a gateway on which every call must name its team. */
  static Gateway gateway(GatewayConfig config, TeamRequired teams) {
    TargetedPolicy.Target all =
        new TargetedPolicy.Target.Gateway(GatewayConfig.DEFAULT_GATEWAY, null);
    return Gateway.builder()
        .config(config)
        .policy(new TargetedPolicy("teams", all, Place.ROUTE, teams))
        .build();
  }

  /** Returns the SDK's client, whose calls the gateway answers on the calling thread. */
  static OpenAIClient client(Gateway gateway, String team) {
    return OpenAIOkHttpClient.builder()
        .baseUrl("http://gateway/v1")
        .apiKey("the gateway has it")
        .putHeader(TeamRequired.HEADER, team)
        .addInterceptor(gateway.asOkHttpInterceptor("gateway"))
        .build();
  }

  /** Returns the answer to a question. */
  static String ask(OpenAIClient client, String question) {
    ChatCompletionCreateParams params =
        ChatCompletionCreateParams.builder().model("gpt-5-mini").addUserMessage(question).build();
    return client
        .chat()
        .completions()
        .create(params)
        .choices()
        .get(0)
        .message()
        .content()
        .orElse("");
  }
}
