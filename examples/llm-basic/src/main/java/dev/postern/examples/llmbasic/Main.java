package dev.postern.examples.llmbasic;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.testing.FakeModel;
import dev.postern.core.text.Secret;
import dev.postern.llm.Llm;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.Model;
import dev.postern.llm.select.SharedProvider;
import java.io.IOException;
import java.util.function.Consumer;

/** Two models and an alias behind one key. */
public final class Main {
  private Main() {}

  /** Asks one question, and serves until it is stopped. */
  public static void main(String[] args) throws IOException {
    if (System.getenv("OPENAI_API_KEY") != null) {
      serve(config("https://api.openai.com/v1", Secret.env("OPENAI_API_KEY")), () -> {});
    } else {
      System.out.println("OPENAI_API_KEY is not set: a model that repeats what it is told answers");
      FakeModel model = FakeModel.start();
      serve(config(model.url() + "/v1", Secret.of("not-needed")), model::close);
    }
  }

  /** Returns the gateway that gateway.yaml describes. */
  static GatewayConfig config(String baseUrl, Secret key) {
    return GatewayConfig.builder()
        .listen(4000)
        .section(
            Llm.builder()
                .provider(SharedProvider.of("openai", OpenAi.withKey(key)).baseUrl(baseUrl))
                .model(Model.builder("gpt-5").reference("openai").build())
                .model(Model.builder("gpt-5-mini").reference("openai").build())
                .model(Model.builder("fast").reference("openai").model("gpt-5-mini").build())
                .build())
        .build();
  }

  private static void serve(GatewayConfig config, Runnable end) throws IOException {
    Gateway gateway = Gateway.from(config).start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              gateway.close();
              end.run();
            }));
    String url = "http://127.0.0.1:" + gateway.port() + "/v1";
    System.out.println("listening on " + url);
    OpenAIClient client =
        OpenAIOkHttpClient.builder().baseUrl(url).apiKey("the gateway has it").build();
    ask(client, "What is a gateway?", System.out::print);
    System.out.println();
    client.close();
    System.out.println("Ctrl-C ends it");
  }

  /** Asks the fast model and hands out the answer piece by piece. */
  static void ask(OpenAIClient client, String question, Consumer<String> answer) {
    ChatCompletionCreateParams params =
        ChatCompletionCreateParams.builder().model("fast").addUserMessage(question).build();
    try (StreamResponse<ChatCompletionChunk> chunks =
        client.chat().completions().createStreaming(params)) {
      chunks.stream()
          .flatMap(chunk -> chunk.choices().stream())
          .forEach(choice -> choice.delta().content().ifPresent(answer));
    }
  }
}
