package dev.postern.examples.runner;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.text.Secret;
import dev.postern.llm.LlmBackend;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.Model;
import java.io.IOException;

/** A model that runs in this process, and a gateway in front of it: no keys, no network. */
final class Quickstart implements AutoCloseable {
  private static final int PORT = 4000;

  private final Gateway model;

  private Quickstart(Gateway model) {
    this.model = model;
  }

  static Quickstart open() throws IOException {
    Gateway model =
        Gateway.builder()
            .gateway("model", Bind.port(0).address("127.0.0.1"))
            .route(
                "model",
                route ->
                    route
                        .gateways("model")
                        .backend(HandlerBackend.of("model", new QuickstartModel())))
            .build();
    return new Quickstart(model.start());
  }

  GatewayConfig config() {
    Model served =
        Model.builder("quickstart")
            .provider(OpenAi.withKey(Secret.of("not-needed")))
            .baseUrl("http://127.0.0.1:" + model.port() + "/v1")
            .build();
    return GatewayConfig.builder()
        .gateway(GatewayConfig.DEFAULT_GATEWAY, Bind.port(PORT))
        .route("llm", route -> route.backend(LlmBackend.builder().model(served).build()))
        .build();
  }

  void announce(int port) {
    String base = "http://127.0.0.1:" + port + "/v1";
    String body =
        "'{\"model\":\"quickstart\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    System.out.println("try:");
    System.out.println("  curl " + base + "/chat/completions -d " + body + "}'");
    System.out.println("  curl -N " + base + "/chat/completions -d " + body + ",\"stream\":true}'");
    System.out.println(
        "  curl " + base + "/embeddings -d '{\"model\":\"quickstart\",\"input\":\"Hi\"}'");
  }

  @Override
  public void close() {
    model.close();
  }
}
