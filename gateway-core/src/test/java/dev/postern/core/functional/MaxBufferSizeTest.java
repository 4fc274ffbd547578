package dev.postern.core.functional;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.config.Configs;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code frontendPolicies.http.maxBufferSize} bounds what policies hold of one body. */
@Timeout(60)
class MaxBufferSizeTest {
  /** Returns a configuration whose one route answers with what it was sent. */
  private static GatewayConfig echoing(String frontend, String buffer) {
    GatewayConfig written =
        Configs.fromYaml(
            """
            gateways: {default: {port: 8080}}
            policies: [{target: {route: r}, policy: {buffer: %s}}]
            frontendPolicies: {http: %s}
            """
                .formatted(buffer, frontend));
    HandlerBackend echo =
        HandlerBackend.of(
            "echo",
            (exchange, request) ->
                GatewayResponse.of(
                    200,
                    Headers.EMPTY,
                    Body.of(BodyStream.of(ByteBuffer.wrap(request.body().readAll(100))))));
    return Stage.builder(written).route("r", route -> route.backend(echo)).toConfig();
  }

  private static int status(Door door, Gateway gateway, int bytes) throws IOException {
    Body body = Body.of("x".repeat(bytes).getBytes(US_ASCII));
    return door.send(gateway, GatewayRequest.post("/", body).build()).status();
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void isTheLimitOfABufferThatSaysNothing(Door door) throws IOException {
    GatewayConfig config = echoing("{maxBufferSize: 10}", "{request: {}}");
    try (Gateway gateway = Gateway.from(config).start()) {
      assertThat(status(door, gateway, 10)).isEqualTo(200);
      assertThat(status(door, gateway, 11)).isEqualTo(413);

      gateway.reload(echoing("{maxBufferSize: 11}", "{request: {}}"));

      assertThat(status(door, gateway, 11)).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aBufferThatSaysMoreMayHoldMore(Door door) throws IOException {
    GatewayConfig config = echoing("{maxBufferSize: 10}", "{request: {maxBytes: 11}}");
    try (Gateway gateway = Gateway.from(config).start()) {
      assertThat(status(door, gateway, 11)).isEqualTo(200);
      assertThat(status(door, gateway, 12)).isEqualTo(413);
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void isTheLimitOfBufferedResponses(Door door) throws IOException {
    GatewayConfig config = echoing("{maxBufferSize: 10}", "{response: {}}");
    try (Gateway gateway = Gateway.from(config).start()) {
      assertThat(status(door, gateway, 10)).isEqualTo(200);
      assertThat(status(door, gateway, 11)).isEqualTo(502);
    }
  }
}
