package dev.postern.examples.functional;

import static java.util.Objects.requireNonNull;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.postern.core.BackendAuth;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.VariableResolver;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.testing.FakeModel;
import dev.postern.core.testing.FreePorts;
import dev.postern.core.text.Secret;
import dev.postern.llm.Llm;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.Model;
import dev.postern.llm.select.SharedProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import mockwebserver3.MockWebServer;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/** A gateway before two upstreams, and openai-java in front of it. */
final class SdkGateway implements AutoCloseable {
  /** How the gateway is described. */
  enum Form {
    BUILDER,
    YAML
  }

  /** How calls reach the gateway. */
  enum Door {
    LISTENER,
    IN_PROCESS
  }

  /**
   * One way to use a gateway.
   *
   * @param form how it is described
   * @param door how it is reached
   */
  record Way(Form form, Door door) {
    @Override
    public String toString() {
      return form + " " + door;
    }
  }

  static final String CLIENT_KEY = "sk-client";
  static final String PROVIDER_KEY = "sk-provider";

  private static final String YAML =
      """
      gateways:
        default: {port: 4000}
      llm:
        providers:
        - name: fake
          provider: openAI
          params: {apiKey: "${KEY}", baseUrl: "${FAKE}/v1"}
        models:
        - name: fake-model
          provider: {reference: fake}
        - name: small
          provider: {reference: fake}
          params: {model: fake-model}
        - name: own-key
          provider: openAI
          params: {model: fake-model, baseUrl: "${FAKE}/v1"}
          auth: {passthrough: {}}
        - name: scripted
          provider: openAI
          params: {baseUrl: "${SCRIPTED}/v1"}
        - name: unreachable
          provider: openAI
          params: {baseUrl: "http://127.0.0.1:1/v1"}
      """;

  private final Door door;
  private final FakeModel model;
  private final MockWebServer scripted;
  private final Gateway gateway;
  private final Queue<String> sent = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Call lastCall;

  private SdkGateway(Way way, FakeModel model, MockWebServer scripted) throws IOException {
    this.door = way.door();
    this.model = model;
    this.scripted = scripted;
    this.gateway = Gateway.from(FreePorts.of(config(way.form(), model.url(), url(scripted))));
    if (door == Door.LISTENER) {
      gateway.start();
    }
  }

  static Stream<Way> ways() {
    return Arrays.stream(Form.values())
        .flatMap(form -> Arrays.stream(Door.values()).map(door -> new Way(form, door)));
  }

  static SdkGateway open(Way way) throws IOException {
    MockWebServer scripted = new MockWebServer();
    scripted.start();
    return new SdkGateway(way, FakeModel.start(), scripted);
  }

  static GatewayConfig config(Form form, String fake, String scripted) {
    return switch (form) {
      case BUILDER -> built(fake, scripted);
      case YAML ->
          Configs.parse(
                  "<test>",
                  YAML,
                  LoadOptions.DEFAULTS.variables(
                      VariableResolver.of(
                          Map.of("KEY", PROVIDER_KEY, "FAKE", fake, "SCRIPTED", scripted))))
              .config();
    };
  }

  private static GatewayConfig built(String fake, String scripted) {
    OpenAi keyless = OpenAi.withoutKey();
    return GatewayConfig.builder()
        .listen(4000)
        .section(
            Llm.builder()
                .provider(
                    SharedProvider.of("fake", OpenAi.withKey(Secret.of(PROVIDER_KEY)))
                        .baseUrl(fake + "/v1"))
                .model(Model.builder("fake-model").reference("fake").build())
                .model(Model.builder("small").reference("fake").model("fake-model").build())
                .model(
                    Model.builder("own-key")
                        .provider(keyless.model("fake-model"))
                        .baseUrl(fake + "/v1")
                        .policies(PolicySet.of(BackendAuth.passingThrough()))
                        .build())
                .model(
                    Model.builder("scripted").provider(keyless).baseUrl(scripted + "/v1").build())
                .model(
                    Model.builder("unreachable")
                        .provider(keyless)
                        .baseUrl("http://127.0.0.1:1/v1")
                        .build())
                .build())
        .build();
  }

  private static String url(MockWebServer server) {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** Returns the SDK's client, which tries every call once. */
  OpenAIClient client() {
    return client(builder -> {});
  }

  /** Returns the SDK's client with further settings. */
  OpenAIClient client(Consumer<OpenAIOkHttpClient.Builder> settings) {
    OpenAIOkHttpClient.Builder builder =
        OpenAIOkHttpClient.builder().apiKey(CLIENT_KEY).maxRetries(0).addInterceptor(recorder());
    switch (door) {
      case LISTENER -> builder.baseUrl("http://127.0.0.1:" + gateway.port() + "/v1");
      case IN_PROCESS ->
          builder
              .baseUrl("http://gateway.invalid/v1")
              .addInterceptor(gateway.asOkHttpInterceptor("gateway.invalid"));
    }
    settings.accept(builder);
    return builder.build();
  }

  /** Remembers what the SDK sends, before the gateway sees it. */
  private Interceptor recorder() {
    return chain -> {
      lastCall = chain.call();
      Request request = chain.request();
      RequestBody body = request.body();
      if (body != null) {
        Buffer copy = new Buffer();
        body.writeTo(copy);
        sent.add(copy.readUtf8());
      }
      return chain.proceed(request);
    };
  }

  /** Returns a question of one message. */
  static ChatCompletionCreateParams question(String model, String text) {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage(text).build();
  }

  /** Returns the model that answers as its question says. */
  FakeModel model() {
    return model;
  }

  /** Returns the upstream that answers as the test says. */
  MockWebServer scripted() {
    return scripted;
  }

  /** Returns the body that the SDK sent next. */
  @Nullable String sent() {
    return sent.poll();
  }

  /** Returns the SDK's last call, as OkHttp sees it. */
  Call lastCall() {
    return requireNonNull(lastCall, "no call yet");
  }

  /** Returns the only request that reached the model. */
  FakeModel.Request received() {
    List<FakeModel.Request> requests = model.requests();
    if (requests.size() != 1) {
      throw new AssertionError("requests: " + requests + " (expected: exactly one)");
    }
    return requests.get(0);
  }

  @Override
  public void close() {
    gateway.close(Duration.ZERO);
    model.close();
    scripted.close();
  }
}
