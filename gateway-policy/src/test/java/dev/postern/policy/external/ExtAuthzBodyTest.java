package dev.postern.policy.external;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.policy.external.AuthorizationProtocol.Http;
import dev.postern.policy.external.ExtAuthz.RequestBody;
import dev.postern.policy.functional.Doorway.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the service is told of bodies, which pass on whole. */
class ExtAuthzBodyTest {
  private final Scene scene = new Scene();

  ExtAuthzBodyTest() throws IOException {}

  @AfterEach
  void close() {
    scene.close();
  }

  private Answer post(RequestBody included, Body body) throws IOException {
    scene.behind(ExtAuthz.http(scene.service()).includeRequestBody(included));
    return scene.send(GatewayRequest.post("/", body));
  }

  private static Body streamed(String... pieces) {
    Deque<String> left = new ArrayDeque<>(List.of(pieces));
    return Body.of(
        new BodyStream() {
          @Override
          public @Nullable ByteBuffer next() {
            String piece = left.poll();
            return piece == null ? null : ByteBuffer.wrap(piece.getBytes(UTF_8));
          }

          @Override
          public void close() {
            left.clear();
          }
        });
  }

  private void told(String body, String partial) {
    RecordedRequest asked = scene.asked.getFirst();
    assertThat(asked.getBody() == null ? "" : asked.getBody().utf8()).isEqualTo(body);
    assertThat(asked.getHeaders().get("x-envoy-auth-partial-body")).isEqualTo(partial);
  }

  @Test
  void withoutTheFieldTheServiceIsToldNothing() throws IOException {
    scene.behind(ExtAuthz.http(scene.service()));
    scene.send(GatewayRequest.post("/", Body.of("content")));
    told("", null);
    assertThat(scene.reached.getFirst().getBody().utf8()).isEqualTo("content");
  }

  @Test
  @DisplayName("EA-1: a body that fits is told whole")
  void bodiesThatFitAreToldWhole() throws IOException {
    assertThat(post(RequestBody.upTo(7), streamed("con", "tent")).status()).isEqualTo(200);
    told("content", "false");
    assertThat(scene.reached.getFirst().getBody().utf8()).isEqualTo("content");
  }

  @Test
  @DisplayName("EA-1: a larger one is refused, and nobody is asked")
  void largerBodiesAreRefused() throws IOException {
    Answer answer = post(RequestBody.upTo(6), streamed("con", "tent"));
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.body()).isEqualTo("payload too large");
    assertThat(scene.asked).isEmpty();
    assertThat(scene.reached).isEmpty();
  }

  @Test
  @DisplayName("EA-1: of a larger one the beginning is told, if that is wanted")
  void theBeginningOfLargerBodiesIsTold() throws IOException {
    assertThat(post(RequestBody.beginning(4), streamed("con", "tent")).status()).isEqualTo(200);
    told("cont", "true");
    assertThat(scene.reached.getFirst().getBody().utf8()).isEqualTo("content");
  }

  @Test
  void requestsWithoutContentAreToldAsSuch() throws IOException {
    assertThat(post(RequestBody.DEFAULT, Body.empty()).status()).isEqualTo(200);
    told("", "false");
  }

  @Test
  @DisplayName("EA-1: 8192 bytes unless said otherwise")
  void thereIsADefaultForTheNumberOfBytes() throws IOException {
    assertThat(RequestBody.DEFAULT.maxRequestBytes()).isEqualTo(8192);
    assertThat(post(RequestBody.DEFAULT, Body.of("a".repeat(8193))).status()).isEqualTo(413);
  }

  @Test
  void contentThatIsGivenTakesTheirPlace() throws IOException {
    Http http = Http.DEFAULT.body("{'user': json(request.body).user}");
    scene.behind(ExtAuthz.http(scene.service(), http).includeRequestBody(RequestBody.upTo(1)));
    scene.send(GatewayRequest.post("/", streamed("{\"user\":", "\"ann\"}")));
    told("{\"user\":\"ann\"}", null);
    assertThat(scene.reached.getFirst().getBody().utf8()).isEqualTo("{\"user\":\"ann\"}");
  }
}
