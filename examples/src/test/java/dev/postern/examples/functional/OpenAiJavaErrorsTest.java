package dev.postern.examples.functional;

import static dev.postern.examples.functional.SdkGateway.question;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.postern.examples.functional.SdkGateway.Way;
import java.io.IOException;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("ways")
class OpenAiJavaErrorsTest {
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

  private <T extends OpenAIServiceException> T failure(
      Class<T> type, ChatCompletionCreateParams question) {
    return catchThrowableOfType(type, () -> client.chat().completions().create(question));
  }

  private <T extends OpenAIServiceException> T failure(Class<T> type, String model) {
    return failure(type, question(model, "Hi"));
  }

  @Test
  void aModelThatNobodyServesIsNotFound() {
    NotFoundException refused = failure(NotFoundException.class, "no-such-model");

    assertThat(refused.code()).hasValue("model_not_found");
    assertThat(refused.param()).hasValue("model");
    assertThat(refused.type()).hasValue("invalid_request_error");
    assertThat(refused).hasMessageContaining("no-such-model");
    assertThat(refused.headers().values("x-gateway-request-id")).hasSize(1);
    assertThat(gateway.model().requests()).isEmpty();
  }

  @Test
  void aStreamOfAModelThatNobodyServesIsNotFoundEither() {
    NotFoundException refused =
        catchThrowableOfType(
            NotFoundException.class,
            () ->
                client
                    .chat()
                    .completions()
                    .createStreaming(question("no-such-model", "Hi"))
                    .stream()
                    .forEach(chunk -> {}));

    assertThat(refused.code()).hasValue("model_not_found");
  }

  @Test
  void aRequestThatCannotBeRightIsRefusedBeforeTheProviderIsAsked() {
    BadRequestException refused =
        failure(BadRequestException.class, question("fake-model", "Hi").toBuilder().n(129).build());

    assertThat(refused.code()).hasValue("invalid_request");
    assertThat(refused.param()).hasValue("n");
    assertThat(gateway.model().requests()).isEmpty();
  }

  @Test
  void aKeyOfTheGatewayThatIsRefusedIsNotTheClientsFault() {
    gateway.model().failNext(401);

    InternalServerException failed = failure(InternalServerException.class, "fake-model");

    assertThat(failed.statusCode()).isEqualTo(502);
    assertThat(failed.code()).hasValue("backend_auth_failed");
  }

  @Test
  void aKeyOfTheClientThatIsRefusedIs() {
    gateway.model().failNext(401);

    UnauthorizedException refused = failure(UnauthorizedException.class, "own-key");

    assertThat(refused).hasMessageContaining("failed on purpose");
    assertThat(gateway.received().headers().get("authorization"))
        .isEqualTo("Bearer " + SdkGateway.CLIENT_KEY);
  }

  @Test
  void aProviderThatAsksForTimeIsARateLimitWithItsDelay() {
    gateway
        .scripted()
        .enqueue(
            new MockResponse.Builder()
                .code(429)
                .addHeader("content-type", "application/json")
                .addHeader("retry-after", "7")
                .body("{\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}")
                .build());

    RateLimitException limited = failure(RateLimitException.class, "scripted");

    assertThat(limited.code()).hasValue("rate_limit_exceeded");
    assertThat(limited.headers().values("retry-after")).containsExactly("7");
  }

  @Test
  void anErrorOfTheProviderArrivesAsItIs() {
    gateway
        .scripted()
        .enqueue(
            new MockResponse.Builder()
                .code(404)
                .addHeader("content-type", "application/json")
                .body("{\"error\":{\"message\":\"retired\",\"code\":\"gone\",\"param\":\"model\"}}")
                .build());

    NotFoundException refused = failure(NotFoundException.class, "scripted");

    assertThat(refused.code()).hasValue("gone");
    assertThat(refused).hasMessageContaining("retired");
  }

  @Test
  void aProviderThatCannotBeReachedIsUnavailable() {
    InternalServerException failed = failure(InternalServerException.class, "unreachable");

    assertThat(failed.statusCode()).isEqualTo(503);
    assertThat(failed.code()).hasValue("upstream_unavailable");
  }

  @Test
  void whatIsNoAnswerIsAnErrorOfTheGateway() {
    gateway
        .scripted()
        .enqueue(
            new MockResponse.Builder()
                .addHeader("content-type", "text/html")
                .body("<html>maintenance</html>")
                .build());

    InternalServerException failed = failure(InternalServerException.class, "scripted");

    assertThat(failed.statusCode()).isEqualTo(502);
    assertThat(failed.code()).hasValue("invalid_upstream_response");
  }
}
