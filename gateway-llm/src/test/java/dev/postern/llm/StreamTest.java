package dev.postern.llm;

import static dev.postern.llm.Streams.chunk;
import static dev.postern.llm.TestGateway.chat;
import static dev.postern.llm.TestGateway.post;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Timeout;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.text.Secret;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamTest {
  private final MockWebServer server = new MockWebServer();
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    server.start();
    gateway = new TestGateway(backend());
  }

  @AfterEach
  void stop() {
    gateway.close();
    server.close();
  }

  private LlmBackend backend() {
    return LlmBackend.builder()
        .provider(
            NamedProvider.of("main", OpenAi.withKey(Secret.of("k")))
                .baseUrl(server.url("/v1").toString()))
        .build();
  }

  @Test
  void relaysTheSameBytesHoweverTheyAreCut() throws Exception {
    String invited =
        Streams.REQUEST.replace("}\n", ",\"stream_options\":{\"include_usage\":true}}");
    for (int size : new int[] {1, 2, 3, 7, 50, 199, 5000}) {
      server.enqueue(stream(Streams.CHUNKS, size));
      assertThat(gateway.answer(chat(invited))).as("pieces of %d", size).isEqualTo(Streams.CHUNKS);
      server.takeRequest();
    }
    assertThat(gateway.record().usage().input()).isEqualTo(9);
  }

  @Test
  void usageIsTakenOutHoweverTheBytesAreCut() throws Exception {
    for (int size : new int[] {1, 3, 64, 300, 5000}) {
      server.enqueue(stream(Streams.CHUNKS, size));
      assertThat(gateway.answer(chat(Streams.REQUEST)))
          .as("pieces of %d", size)
          .isEqualTo(Streams.CHUNKS.replace(Streams.USAGE, ""));
      assertThat(gateway.record().usage().total()).isEqualTo(11);
    }
  }

  @Test
  void usageBesideChoicesStaysInPlace() throws Exception {
    String last =
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}],"
            + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n";
    String body = chunk("{\"content\":\"a\"}", "null") + last + "data: [DONE]\n\n";
    server.enqueue(stream(body, 5000));
    assertThat(gateway.answer(chat(Streams.REQUEST))).isEqualTo(body);
    assertThat(gateway.record().finishReason()).isEqualTo("length");
    assertThat(gateway.record().usage().output()).isEqualTo(2);
  }

  @Test
  void commentsAndUnknownFieldsPass() throws Exception {
    String body = ": PROCESSING\n\nid: 1\n" + Streams.CHUNKS.replace("\n\n", "\r\n\r\n");
    server.enqueue(stream(body, 40));
    String expected = body.replace(Streams.USAGE.replace("\n\n", "\r\n\r\n"), "");
    assertThat(gateway.answer(chat(Streams.REQUEST))).isEqualTo(expected);
  }

  @Test
  void aStreamThatEndsEarlyEndsWithAnErrorAndWithoutDone() throws Exception {
    String body = chunk("{\"content\":\"a\"}", "null");
    server.enqueue(stream(body + "data: {\"id\":\"c1\",\"cho", 5000));
    assertThat(gateway.answer(chat(Streams.REQUEST)))
        .isEqualTo(
            body
                + "data: {\"error\":{\"message\":\"The provider ended the stream early\","
                + "\"type\":\"server_error\",\"param\":null,"
                + "\"code\":\"upstream_stream_truncated\"}}\n\n");
    assertThat(gateway.record().truncated()).isTrue();
  }

  @Test
  void aFinishReasonWithoutDoneIsAGoodEnd() throws Exception {
    String body = chunk("{\"content\":\"a\"}", "null") + chunk("{}", "\"stop\"");
    server.enqueue(stream(body, 5000));
    assertThat(gateway.answer(chat(Streams.REQUEST))).isEqualTo(body);
    assertThat(gateway.record().truncated()).isFalse();
  }

  @Test
  void doneWithoutABlankLineIsAGoodEnd() throws Exception {
    String body = chunk("{\"content\":\"a\"}", "null") + "data: [DONE]";
    server.enqueue(stream(body, 5000));
    assertThat(gateway.answer(chat(Streams.REQUEST))).isEqualTo(body);
  }

  @Test
  void aConnectionThatBreaksMidStreamEndsWithAnError() throws Exception {
    MockResponse broken =
        new MockResponse.Builder()
            .addHeader("content-type", "text/event-stream")
            .chunkedBody(new Buffer().writeUtf8(Streams.CHUNKS), 100)
            .onResponseBody(new SocketEffect.CloseSocket())
            .build();
    server.enqueue(broken);
    String answer = gateway.answer(chat(Streams.REQUEST));
    assertThat(answer).contains("Hel").endsWith("\"code\":\"upstream_stream_error\"}}\n\n");
    assertThat(answer).doesNotContain("[DONE]");
  }

  @Test
  void anErrorEventOfTheProviderIsRelayedAndEndsTheStream() throws Exception {
    String body =
        chunk("{\"content\":\"a\"}", "null")
            + "data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n";
    server.enqueue(stream(body, 5000));
    assertThat(gateway.answer(chat(Streams.REQUEST))).isEqualTo(body);
    assertThat(gateway.record().truncated()).isTrue();
  }

  @Test
  void aSilentProviderIsCutWithAnError() throws Exception {
    gateway.close();
    gateway = new TestGateway(backend(), Timeout.none().streamIdleTimeout(Duration.ofMillis(200)));
    server.enqueue(
        new MockResponse.Builder()
            .addHeader("content-type", "text/event-stream")
            .chunkedBody(new Buffer().writeUtf8(Streams.CHUNKS), 250)
            .throttleBody(600, 20, TimeUnit.SECONDS)
            .build());
    assertThat(gateway.answer(chat(Streams.REQUEST)))
        .contains("Hel")
        .endsWith("\"code\":\"upstream_idle_timeout\"}}\n\n");
  }

  @Test
  void anEventThatIsTooLargeEndsTheStream() throws Exception {
    String body = chunk("{\"content\":\"a\"}", "null") + "data: " + "x".repeat(3 << 20);
    server.enqueue(stream(body, 1 << 16));
    assertThat(gateway.answer(chat(Streams.REQUEST)))
        .endsWith("\"code\":\"stream_event_too_large\"}}\n\n");
  }

  @Test
  void eventsArriveBeforeTheStreamEnds() throws Exception {
    server.enqueue(
        new MockResponse.Builder()
            .addHeader("content-type", "text/event-stream")
            .chunkedBody(new Buffer().writeUtf8(Streams.CHUNKS), 250)
            .throttleBody(600, 20, TimeUnit.SECONDS)
            .build());
    try (GatewayResponse response = gateway.handle(chat(Streams.REQUEST))) {
      BodyStream stream = response.body().open();
      StringBuilder seen = new StringBuilder();
      while (seen.indexOf("Hel") < 0) {
        ByteBuffer piece = stream.next();
        seen.append(UTF_8.decode(piece));
      }
      assertThat(stream.ready()).isFalse();
    }
  }

  @Test
  void responsesAreRelayedWithTheirUsage() throws Exception {
    server.enqueue(stream(Streams.RESPONSES, 70));
    assertThat(
            gateway.answer(
                post("/v1/responses", "{\"model\":\"m\",\"stream\":true,\"input\":\"x\"}")))
        .isEqualTo(Streams.RESPONSES);
    assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/responses");
    assertThat(gateway.record().usage().input()).isEqualTo(5);
    assertThat(gateway.record().usage().reasoning()).isEqualTo(1);
    assertThat(gateway.record().responseModel()).isEqualTo("gpt-5-2025");
    assertThat(gateway.record().responseId()).isEqualTo("resp_1");
    assertThat(gateway.record().finishReason()).isEqualTo("stop");
  }

  @Test
  void aResponseThatBreaksOffEndsAsFailed() throws Exception {
    String begun =
        Streams.RESPONSES.substring(0, Streams.RESPONSES.indexOf("event: response.completed"));
    server.enqueue(stream(begun, 5000));
    assertThat(
            gateway.answer(
                post("/v1/responses", "{\"model\":\"m\",\"stream\":true,\"input\":\"x\"}")))
        .startsWith(begun)
        .endsWith(
            "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":2,"
                + "\"response\":{\"id\":\"resp_1\",\"status\":\"failed\",\"model\":\"gpt-5-2025\","
                + "\"usage\":null,\"error\":{\"code\":\"server_error\","
                + "\"message\":\"The provider ended the stream early\"}}}\n\n");
  }

  @Test
  void aCallerThatGoesAwayEndsTheExchange() throws Exception {
    server.enqueue(
        new MockResponse.Builder()
            .addHeader("content-type", "text/event-stream")
            .chunkedBody(new Buffer().writeUtf8(Streams.CHUNKS), 250)
            .throttleBody(600, 20, TimeUnit.SECONDS)
            .build());
    Scope scope = Scope.root(Timers.system());
    GatewayResponse response = gateway.handle(chat(Streams.REQUEST), scope);
    response.body().open().next();
    response.close();
    assertThat(gateway.exchange().ended()).isTrue();
  }

  static MockResponse stream(String body, int piece) {
    return new MockResponse.Builder()
        .addHeader("content-type", "text/event-stream")
        .chunkedBody(new Buffer().writeUtf8(body), piece)
        .build();
  }
}
