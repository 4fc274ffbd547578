package dev.postern.policy.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.policy.authz.Authorization;
import dev.postern.policy.authz.Rule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules over content that was made to do harm: what cannot be read gives nobody access. */
class HostileContentTest {
  private static final byte[] GOOD = "{\"open\":true}".getBytes(UTF_8);

  private Gateway gateway() throws IOException {
    return Gateway.builder()
        .gateway("default", Bind.port(0).address("127.0.0.1"))
        .route(
            "r",
            route ->
                route
                    .policy(Authorization.of(Rule.allow("request.json.open == true")))
                    .backend(
                        HandlerBackend.of("ok", (exchange, request) -> GatewayResponse.of(200))))
        .build()
        .start();
  }

  private static byte[] gzip(byte[]... pieces) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      for (byte[] piece : pieces) {
        gzip.write(piece);
      }
    }
    return out.toByteArray();
  }

  static Stream<Arguments> contents() throws IOException {
    byte[] whole = gzip(GOOD);
    byte[][] bomb = new byte[64][];
    Arrays.fill(bomb, new byte[1 << 20]);
    return Stream.of(
        argumentSet("whole", "gzip", whole, 200),
        argumentSet("truncated", "gzip", Arrays.copyOf(whole, whole.length - 9), 403),
        argumentSet("no gzip at all", "gzip", GOOD, 403),
        argumentSet("compressed twice, said once", "gzip", gzip(whole), 403),
        argumentSet("compressed twice, said twice", "gzip, gzip", gzip(whole), 403),
        argumentSet("an unknown coding", "br", whole, 403),
        argumentSet("64 MiB in 64 KiB", "gzip", gzip(bomb), 403));
  }

  private static Stream<Arguments> throughBothDoors() throws IOException {
    return contents()
        .flatMap(content ->
            Stream.of(Doorway.values())
                .map(door ->
                    Arguments.of(door, content.get()[0], content.get()[1], content.get()[2])));
  }

  @ParameterizedTest
  @MethodSource("throughBothDoors")
  @DisplayName("BI-21: compressed content that cannot be read, or would grow too large, is refused")
  void compressedContentThatCannotBeReadIsRefused(
      Doorway door, String coding, byte[] content, int status) throws IOException {
    try (Gateway gateway = gateway()) {
      GatewayRequest request =
          GatewayRequest.post("/", Body.of(content))
              .header("content-type", "application/json")
              .header("content-encoding", coding)
              .build();
      assertThat(door.send(gateway, request).status()).isEqualTo(status);
      GatewayRequest next = GatewayRequest.post("/", Body.of(GOOD)).build();
      assertThat(door.send(gateway, next).status()).isEqualTo(200);
      gateway.close(Duration.ofSeconds(5));
    }
  }
}
