package dev.postern.llm;

import static dev.postern.llm.Streams.chunk;
import static dev.postern.llm.TestGateway.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.BackendAuth;
import dev.postern.core.Retry;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.text.Secret;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import java.io.IOException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FailoverTest {
  private static final String REQUEST = "{\"model\":\"m\",\"messages\":[]}";

  private final MockWebServer first = new MockWebServer();
  private final MockWebServer second = new MockWebServer();
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    first.start();
    second.start();
    gateway = new TestGateway(twoGroups());
  }

  @AfterEach
  void stop() {
    gateway.close();
    first.close();
    second.close();
  }

  private LlmBackend twoGroups() {
    return LlmBackend.builder()
        .group(provider("first", first))
        .group(provider("second", second))
        .build();
  }

  private static NamedProvider provider(String name, MockWebServer server) {
    return NamedProvider.of(name, OpenAi.withKey(Secret.of("key-" + name)).model("model-" + name))
        .baseUrl(server.url("/v1").toString());
  }

  @Test
  void theNextGroupServesWhenTheFirstFails() throws Exception {
    first.enqueue(status(500, "down"));
    second.enqueue(ok("two"));
    GatewayResponse response = gateway.handle(chat(REQUEST));
    assertThat(response.header("x-gateway-provider")).isEqualTo("second");
    assertThat(response.header("x-gateway-model")).isEqualTo("model-second");
    assertThat(response.header("x-gateway-attempts")).isEqualTo("2");
    assertThat(TestGateway.text(response)).isEqualTo("{\"id\":\"two\"}");
    assertThat(first.takeRequest().getBody().utf8()).contains("\"model-first\"");
    assertThat(second.takeRequest().getBody().utf8()).contains("\"model-second\"");
    assertThat(gateway.exchange().record().attempts()).isEqualTo(2);
  }

  @Test
  void aProviderThatAsksForTimeGetsNoCallsMeanwhile() throws Exception {
    first.enqueue(status(429, "slow down").newBuilder().addHeader("retry-after", "60").build());
    second.enqueue(ok("two"));
    second.enqueue(ok("three"));
    gateway.answer(chat(REQUEST));
    assertThat(gateway.answer(chat(REQUEST))).isEqualTo("{\"id\":\"three\"}");
    assertThat(first.getRequestCount()).isEqualTo(1);
  }

  @Test
  void aRefusedConnectionMovesOn() throws Exception {
    first.close();
    second.enqueue(ok("two"));
    assertThat(gateway.answer(chat(REQUEST))).isEqualTo("{\"id\":\"two\"}");
  }

  @Test
  void aStreamThatDiesBeforeItsFirstContentMovesOnUnseen() throws Exception {
    first.enqueue(StreamTest.stream(Streams.FIRST, 5000));
    second.enqueue(StreamTest.stream(Streams.CHUNKS, 5000));
    assertThat(gateway.answer(chat(Streams.REQUEST)))
        .isEqualTo(Streams.CHUNKS.replace(Streams.USAGE, ""));
  }

  @Test
  void aStreamThatBreaksBeforeItsFirstContentMovesOnUnseen() throws Exception {
    first.enqueue(
        StreamTest.stream(Streams.FIRST, 10)
            .newBuilder()
            .onResponseBody(new SocketEffect.CloseSocket())
            .build());
    second.enqueue(StreamTest.stream(Streams.CHUNKS, 5000));
    assertThat(gateway.answer(chat(Streams.REQUEST)))
        .isEqualTo(Streams.CHUNKS.replace(Streams.USAGE, ""));
  }

  @Test
  void anErrorEventBeforeTheFirstContentMovesOn() throws Exception {
    first.enqueue(StreamTest.stream("data: {\"error\":{\"message\":\"overloaded\"}}\n\n", 5000));
    second.enqueue(StreamTest.stream(Streams.CHUNKS, 5000));
    assertThat(gateway.answer(chat(Streams.REQUEST))).contains("Hel").endsWith("[DONE]\n\n");
  }

  @Test
  void anErrorEventBeforeTheFirstContentIsAnErrorWhenNobodyIsLeft() throws Exception {
    for (MockWebServer server : new MockWebServer[] {first, second}) {
      server.enqueue(StreamTest.stream("data: {\"error\":{\"message\":\"overloaded\"}}\n\n", 5000));
    }
    GatewayResponse response = gateway.handle(chat(Streams.REQUEST));
    assertThat(response.status()).isEqualTo(502);
    assertThat(TestGateway.text(response))
        .isEqualTo(
            "{\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\",\"param\":null,"
                + "\"code\":\"upstream_stream_error\"}}");
  }

  @Test
  void nothingMovesOnceContentCame() throws Exception {
    first.enqueue(StreamTest.stream(chunk("{\"content\":\"a\"}", "null"), 5000));
    assertThat(gateway.answer(chat(Streams.REQUEST))).contains("upstream_stream_truncated");
    assertThat(second.getRequestCount()).isZero();
  }

  @Test
  void theClientsOwnMistakesAreNotTriedAgain() throws Exception {
    first.enqueue(status(400, "{\"error\":{\"message\":\"bad\"}}"));
    GatewayResponse response = gateway.handle(chat(REQUEST));
    assertThat(response.status()).isEqualTo(400);
    assertThat(TestGateway.text(response)).isEqualTo("{\"error\":{\"message\":\"bad\"}}");
    assertThat(second.getRequestCount()).isZero();
  }

  @Test
  void theLastErrorIsRelayedWhenAllFail() throws Exception {
    first.enqueue(status(500, "one"));
    second.enqueue(status(503, "two"));
    GatewayResponse response = gateway.handle(chat(REQUEST));
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.header("x-gateway-attempts")).isEqualTo("2");
    assertThat(TestGateway.text(response)).isEqualTo("two");
  }

  @Test
  void aRequestToComeLaterWinsOverLaterFailures() throws Exception {
    first.enqueue(status(429, "later").newBuilder().addHeader("retry-after", "7").build());
    second.enqueue(status(500, "two"));
    GatewayResponse response = gateway.handle(chat(REQUEST));
    assertThat(response.status()).isEqualTo(429);
    assertThat(response.header("retry-after")).isEqualTo("7");
    assertThat(TestGateway.text(response)).isEqualTo("later");
  }

  @Test
  void whatIsNoAnswerMovesOn() throws Exception {
    first.enqueue(
        new MockResponse.Builder().addHeader("content-type", "text/html").body("<html>").build());
    second.enqueue(ok("two"));
    assertThat(gateway.answer(chat(REQUEST))).isEqualTo("{\"id\":\"two\"}");
  }

  @Test
  void aRefusedKeyIsTheGatewaysFault() throws Exception {
    first.enqueue(status(401, "{\"error\":{\"message\":\"Incorrect API key\"}}"));
    second.enqueue(status(403, "no"));
    GatewayResponse response = gateway.handle(chat(REQUEST));
    assertThat(response.status()).isEqualTo(502);
    assertThat(TestGateway.text(response)).contains("\"code\":\"backend_auth_failed\"");
  }

  @Test
  void anotherProviderIsAskedWhenAKeyIsRefused() throws Exception {
    first.enqueue(status(401, "no"));
    second.enqueue(ok("two"));
    assertThat(gateway.answer(chat(REQUEST))).isEqualTo("{\"id\":\"two\"}");
  }

  @Test
  void aRefusalOfTheCallersOwnKeyIsRelayed() throws Exception {
    gateway.close();
    gateway =
        new TestGateway(
            LlmBackend.builder()
                .provider(
                    NamedProvider.of("first", OpenAi.withoutKey())
                        .baseUrl(first.url("/v1").toString()))
                .build(),
            BackendAuth.passingThrough());
    first.enqueue(status(401, "your key"));
    GatewayRequest request =
        chat(REQUEST).toBuilder().header("authorization", "Bearer own").build();
    GatewayResponse response = gateway.handle(request);
    assertThat(response.status()).isEqualTo(401);
    assertThat(TestGateway.text(response)).isEqualTo("your key");
    assertThat(first.takeRequest().getHeaders().get("authorization")).isEqualTo("Bearer own");
  }

  @Test
  void oneProviderIsAskedOnceUnlessARetryPolicySaysMore() throws Exception {
    LlmBackend one = LlmBackend.builder().group(provider("first", first)).build();
    gateway.close();
    gateway = new TestGateway(one);
    first.enqueue(status(500, "one"));
    assertThat(gateway.answer(chat(REQUEST))).isEqualTo("one");

    gateway.close();
    gateway = new TestGateway(one, Retry.builder().attempts(2).build());
    first.enqueue(status(500, "one"));
    first.enqueue(status(500, "two"));
    first.enqueue(ok("three"));
    assertThat(gateway.answer(chat(REQUEST))).isEqualTo("{\"id\":\"three\"}");
  }

  private static MockResponse ok(String id) {
    return new MockResponse.Builder()
        .addHeader("content-type", "application/json")
        .body("{\"id\":\"" + id + "\"}")
        .build();
  }

  private static MockResponse status(int status, String body) {
    return new MockResponse.Builder()
        .code(status)
        .addHeader("content-type", "application/json")
        .body(body)
        .build();
  }
}
