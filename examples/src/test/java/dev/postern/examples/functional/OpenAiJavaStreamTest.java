package dev.postern.examples.functional;

import static dev.postern.examples.functional.SdkGateway.question;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIIoException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.postern.examples.functional.SdkGateway.Way;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("ways")
class OpenAiJavaStreamTest {
  /** How soon the provider has to learn that nobody listens any more. */
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  @Parameter private Way way;

  private SdkGateway gateway;
  private OpenAIClient client;

  static Stream<Way> ways() {
    return SdkGateway.ways();
  }

  @BeforeEach
  void open() throws IOException {
    gateway = SdkGateway.open(way);
    client = gateway.client();
  }

  @AfterEach
  void close() {
    client.close();
    gateway.close();
  }

  private static String text(List<ChatCompletionChunk> chunks) {
    return chunks.stream()
        .flatMap(chunk -> chunk.choices().stream())
        .flatMap(choice -> choice.delta().content().stream())
        .collect(Collectors.joining());
  }

  private List<ChatCompletionChunk> all(ChatCompletionCreateParams question) {
    try (StreamResponse<ChatCompletionChunk> answer =
        client.chat().completions().createStreaming(question)) {
      return answer.stream().toList();
    }
  }

  @Test
  void streamsWordByWordWithoutTheUsageThatNobodyAskedFor() {
    List<ChatCompletionChunk> chunks = all(question("fake-model", "good day"));

    assertThat(text(chunks)).isEqualTo("You said: good day");
    assertThat(chunks).hasSize(5).allMatch(chunk -> chunk.usage().isEmpty());
  }

  @Test
  void addsNothingButTheSwitchForUsageToTheBody() {
    List<ChatCompletionChunk> unused = all(question("fake-model", "Hi"));

    String sent = gateway.sent();
    assertThat(gateway.received().body())
        .isEqualTo(
            sent.substring(0, sent.length() - 1) + ",\"stream_options\":{\"include_usage\":true}}");
  }

  @Test
  void streamsTheUsageThatWasAskedFor() {
    ChatCompletionCreateParams question =
        question("fake-model", "good day").toBuilder()
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();

    List<ChatCompletionChunk> chunks = all(question);

    assertThat(chunks.get(chunks.size() - 1).usage().orElseThrow().totalTokens()).isEqualTo(6);
    assertThat(gateway.received().body()).isEqualTo(gateway.sent());
  }

  @Test
  void streamsTheResponsesApi() throws Exception {
    gateway
        .scripted()
        .enqueue(
            new MockResponse.Builder()
                .addHeader("content-type", "text/event-stream")
                .body(
                    """
                    event: response.output_text.delta
                    data: {"type":"response.output_text.delta","item_id":"m","output_index":0,\
                    "content_index":0,"delta":"fine","logprobs":[],"sequence_number":1}

                    event: response.completed
                    data: {"type":"response.completed","sequence_number":2,"response":{"id":"r"}}

                    """)
                .build());

    List<ResponseStreamEvent> events;
    try (StreamResponse<ResponseStreamEvent> answer =
        client
            .responses()
            .createStreaming(
                ResponseCreateParams.builder().model("scripted").input("How?").build())) {
      events = answer.stream().toList();
    }

    assertThat(events.get(0).asOutputTextDelta().delta()).isEqualTo("fine");
    assertThat(events.get(1).isCompleted()).isTrue();
    assertThat(gateway.scripted().takeRequest().getBody().utf8()).isEqualTo(gateway.sent());
  }

  @Test
  void handsOutTheFirstWordBeforeTheSecondIsThereAndClosingReachesTheProvider() throws Exception {
    gateway.model().stallNextStream();

    try (StreamResponse<ChatCompletionChunk> answer =
        client.chat().completions().createStreaming(question("fake-model", "good day"))) {
      Iterator<ChatCompletionChunk> chunks = answer.stream().iterator();
      assertThat(text(List.of(chunks.next()))).isEqualTo("You ");
    }

    assertThat(gateway.model().awaitAbandoned(AT_ONCE)).isTrue();
  }

  @Test
  void cancellingTheCallReachesTheProviderWhileTheReaderWaits() throws Exception {
    gateway.model().stallNextStream();
    CountDownLatch first = new CountDownLatch(1);
    CompletableFuture<@Nullable Void> reading = new CompletableFuture<>();
    Thread unused =
        Thread.ofVirtual()
            .start(() -> {
              try (StreamResponse<ChatCompletionChunk> answer =
                  client.chat().completions().createStreaming(question("fake-model", "Hi"))) {
                answer.stream().forEach(chunk -> first.countDown());
                reading.complete(null);
              } catch (RuntimeException e) {
                reading.completeExceptionally(e);
              }
            });
    assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();

    gateway.lastCall().cancel();

    assertThat(gateway.model().awaitAbandoned(AT_ONCE)).isTrue();
    assertThat(reading)
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(OpenAIIoException.class);
  }

  @Test
  void aClientThatHasWaitedLongEnoughCallsTheProviderOff() throws Exception {
    gateway.model().stallNextStream();
    client.close();
    client = gateway.client(builder -> builder.timeout(Duration.ofMillis(800)));

    try (StreamResponse<ChatCompletionChunk> answer =
        client.chat().completions().createStreaming(question("fake-model", "good day"))) {
      assertThatThrownBy(() -> answer.stream().forEach(chunk -> {}))
          .isInstanceOf(OpenAIIoException.class);

      assertThat(gateway.model().awaitAbandoned(AT_ONCE)).isTrue();
    }
  }
}
