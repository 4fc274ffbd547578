package dev.postern.llm;

import static dev.postern.llm.TestGateway.post;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.json.Json;
import dev.postern.core.text.Secret;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What reaches the provider is what the client sent, but for the listed edits. */
class ByteIdentityTest {
  private final MockWebServer server = new MockWebServer();
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    server.start();
    gateway = gateway(AiPolicy.DEFAULT);
  }

  @AfterEach
  void stop() {
    gateway.close();
    server.close();
  }

  private TestGateway gateway(AiPolicy policy) {
    LlmBackend backend =
        LlmBackend.builder()
            .provider(
                NamedProvider.of("main", OpenAi.withKey(Secret.of("k")))
                    .baseUrl(server.url("/v1").toString()))
            .build();
    return new TestGateway(backend, policy);
  }

  private TestGateway restart(AiPolicy policy) {
    gateway.close();
    gateway = gateway(policy);
    return gateway;
  }

  @Test
  void randomBodiesArriveAsTheyWereSent() throws Exception {
    for (long seed = 0; seed < 25; seed++) {
      OddJson odd = new OddJson(new Random(seed));
      String body = odd.chat("\"model\"" + odd.space() + ":" + odd.space() + "\"m-1\"");
      assertThat(sent(body)).as("seed %d", seed).isEqualTo(body);
    }
  }

  @Test
  void anAliasChangesTheModelAndNothingElse() throws Exception {
    restart(AiPolicy.DEFAULT.modelAlias("fast", "gpt-4.1-mini-2025"));
    for (long seed = 0; seed < 25; seed++) {
      OddJson odd = new OddJson(new Random(seed));
      String body = odd.chat("\"model\":\"fast\"");
      String expected = body.replace("\"model\":\"fast\"", "\"model\":\"gpt-4.1-mini-2025\"");
      assertThat(sent(body)).as("seed %d", seed).isEqualTo(expected);
    }
  }

  @Test
  void everyModelOfABodyThatNamesItTwiceIsChanged() throws Exception {
    restart(AiPolicy.DEFAULT.modelAlias("b", "real"));
    assertThat(sent("{\"model\":\"a\",\"messages\":[],\"model\":\"b\"}"))
        .isEqualTo("{\"model\":\"real\",\"messages\":[],\"model\":\"real\"}");
  }

  @Test
  void defaultsFillInAndOverridesReplace() throws Exception {
    restart(
        AiPolicy.DEFAULT
            .defaultMember("temperature", Json.of(1))
            .defaultMember("user", Json.of("u"))
            .override("n", Json.of(1)));
    assertThat(sent("{\"model\":\"m\",\"n\": 3 ,\"temperature\":0.50,\"messages\":[] }"))
        .isEqualTo(
            "{\"model\":\"m\",\"n\": 1 ,\"temperature\":0.50,\"messages\":[],\"user\":\"u\" }");
  }

  @Test
  void openAisModelsGetTheirOwnNameForTheLimitOnTokens() throws Exception {
    assertThat(sent("{\"model\":\"gpt-5\",\"max_tokens\":1e2,\"messages\":[]}"))
        .isEqualTo("{\"model\":\"gpt-5\",\"messages\":[],\"max_completion_tokens\":1e2}");
    assertThat(
            sent("{\"model\":\"o3\",\"max_tokens\":5,\"messages\":[],\"max_completion_tokens\":7}"))
        .isEqualTo("{\"model\":\"o3\",\"messages\":[],\"max_completion_tokens\":7}");
    assertThat(sent("{\"model\":\"other\",\"max_tokens\":5,\"messages\":[]}"))
        .isEqualTo("{\"model\":\"other\",\"max_tokens\":5,\"messages\":[]}");
  }

  @Test
  void aBodyOfFiveMegabytesArrivesAsItWasSent() throws Exception {
    String image = "A".repeat(5 << 20);
    String body =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
            + "\"image_url\":{\"url\":\"data:image/png;base64,"
            + image
            + "\"}}]}]}";
    assertThat(sent(body)).isEqualTo(body);
  }

  @Test
  void aByteOrderMarkIsKept() throws Exception {
    String body = "\uFEFF{\"model\":\"m\",\"messages\":[]}";
    assertThat(sent(body)).isEqualTo(body);
  }

  @Test
  void aCompressedBodyArrivesDecoded() throws Exception {
    String body = "{\"model\":\"m\",\"messages\":[]}";
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
      zip.write(body.getBytes(UTF_8));
    }
    server.enqueue(ok());
    gateway.answer(
        GatewayRequest.post("/v1/chat/completions", Body.of(zipped.toByteArray()))
            .header("content-type", "application/json")
            .header("content-encoding", "gzip")
            .build());
    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getBody().utf8()).isEqualTo(body);
    assertThat(sent.getHeaders().get("content-encoding")).isNull();
  }

  private String sent(String body) throws Exception {
    server.enqueue(ok());
    gateway.answer(post("/v1/chat/completions", body));
    return server.takeRequest().getBody().utf8();
  }

  private static MockResponse ok() {
    return new MockResponse.Builder()
        .addHeader("content-type", "application/json")
        .body("{}")
        .build();
  }
}
