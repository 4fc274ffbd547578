package dev.postern.examples.functional;

import static dev.postern.examples.functional.SdkGateway.question;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.FunctionDefinition;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import dev.postern.examples.functional.SdkGateway.Form;
import dev.postern.examples.functional.SdkGateway.Way;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("ways")
class OpenAiJavaTest {
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

  @Test
  void builderAndYamlDescribeTheSameGateway() {
    assertThat(SdkGateway.config(Form.YAML, "http://a:1", "http://b:2"))
        .isEqualTo(SdkGateway.config(Form.BUILDER, "http://a:1", "http://b:2"));
  }

  @Test
  void answersAQuestion() {
    ChatCompletion answer =
        client.chat().completions().create(question("fake-model", "good day")).validate();

    assertThat(answer.choices().get(0).message().content()).hasValue("You said: good day");
    assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(6);
  }

  @Test
  void sendsTheProvidersKeyInsteadOfTheClients() {
    client.chat().completions().create(question("fake-model", "Hi"));

    assertThat(gateway.received().headers().get("authorization"))
        .isEqualTo("Bearer " + SdkGateway.PROVIDER_KEY);
  }

  @Test
  void sendsTheBodyOnToTheByte() {
    ChatCompletionCreateParams odd =
        ChatCompletionCreateParams.builder()
            .model("fake-model")
            .addSystemMessage("\u00fc \ud83d\ude00 \"quoted\" \\ \u0001 </script>")
            .addUserMessage("Hi")
            .temperature(0.30000000000000004)
            .putAdditionalBodyProperty("unknown", com.openai.core.JsonValue.from(List.of(1e300)))
            .build();

    client.chat().completions().create(odd);

    assertThat(gateway.received().body()).isEqualTo(gateway.sent());
  }

  @Test
  void changesNothingButTheModelOfAnAlias() {
    client.chat().completions().create(question("small", "the \"small\" one"));

    assertThat(gateway.received().body())
        .isEqualTo(gateway.sent().replace("\"model\":\"small\"", "\"model\":\"fake-model\""))
        .contains("the \\\"small\\\" one");
  }

  @Test
  void callsAToolAndTakesItsResult() {
    ChatCompletionCreateParams.Builder conversation =
        ChatCompletionCreateParams.builder()
            .model("fake-model")
            .addUserMessage("What is the weather?")
            .addTool(
                ChatCompletionFunctionTool.builder()
                    .function(FunctionDefinition.builder().name("weather").build())
                    .build());
    ChatCompletion first = client.chat().completions().create(conversation.build());
    ChatCompletionMessage message = first.choices().get(0).message();
    ChatCompletionMessageFunctionToolCall call =
        message.toolCalls().orElseThrow().get(0).asFunction();

    ChatCompletion second =
        client
            .chat()
            .completions()
            .create(
                conversation
                    .addMessage(message)
                    .addMessage(
                        ChatCompletionToolMessageParam.builder()
                            .toolCallId(call.id())
                            .content("rain")
                            .build())
                    .build());

    assertThat(first.choices().get(0).finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    assertThat(call.function().name()).isEqualTo("weather");
    assertThat(second.choices().get(0).message().content()).hasValue("You said: rain");
  }

  @Test
  void embedsTexts() {
    CreateEmbeddingResponse answer =
        client
            .embeddings()
            .create(
                EmbeddingCreateParams.builder()
                    .model("small")
                    .inputOfArrayOfStrings(List.of("one", "two words"))
                    .encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
                    .build());

    assertThat(answer.data()).hasSize(2);
    assertThat(answer.data().get(1).embedding()).containsExactly(0.25f, 0.5f, 2.5f);
    assertThat(answer.usage().totalTokens()).isEqualTo(3);
  }

  @Test
  void answersThroughTheResponsesApi() throws Exception {
    gateway
        .scripted()
        .enqueue(
            new MockResponse.Builder()
                .addHeader("content-type", "application/json")
                .body(
                    """
                    {"id":"resp_1","object":"response","created_at":1,"model":"scripted",
                     "status":"completed","parallel_tool_calls":true,"tool_choice":"auto","tools":[],
                     "output":[{"type":"message","id":"msg_1","role":"assistant",
                       "status":"completed","content":[
                         {"type":"output_text","text":"fine","annotations":[]}]}]}
                    """)
                .build());

    Response answer =
        client
            .responses()
            .create(ResponseCreateParams.builder().model("scripted").input("How?").build());

    assertThat(answer.output().get(0).asMessage().content().get(0).asOutputText().text())
        .isEqualTo("fine");
    RecordedRequest request = gateway.scripted().takeRequest();
    assertThat(request.getTarget()).isEqualTo("/v1/responses");
    assertThat(request.getBody().utf8()).isEqualTo(gateway.sent());
  }

  @Test
  void listsTheModelsThatMayBeAskedFor() {
    assertThat(client.models().list().data())
        .extracting(Model::id)
        .containsExactlyInAnyOrder("fake-model", "small", "own-key", "scripted", "unreachable");
    assertThat(client.models().retrieve("small").id()).isEqualTo("small");
    assertThat(gateway.model().requests()).isEmpty();
  }
}
