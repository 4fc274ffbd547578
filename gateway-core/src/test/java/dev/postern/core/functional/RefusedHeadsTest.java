package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Heads that the listener refuses reach no upstream, are logged, and harm no other client. */
@Timeout(60)
class RefusedHeadsTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";

  static List<Arguments> heads() {
    return List.of(
        argumentSet(
            "long target",
            "GET /" + "a".repeat(8_192) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            414,
            "uri too long"),
        argumentSet(
            "many lines", GET + "x: b\r\n".repeat(100) + "\r\n", 431, "header fields too large"),
        argumentSet(
            "long line", GET + "x: " + "b".repeat(65_536) + "\r\n\r\n", 431, "fields too large"),
        argumentSet("no host", "GET / HTTP/1.1\r\n\r\n", 400, "invalid request"),
        argumentSet(
            "two lengths",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            400,
            "invalid request"));
  }

  @ParameterizedTest
  @MethodSource("heads")
  void refusedHeadGoesNoFurther(String head, int status, String message) throws Exception {
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(ScriptedUpstream.OK);
        Stage stage = Stage.before(upstream.address())) {
      try (Wire client = new Wire(stage.port())) {
        assertThat(client.send(head).readToEnd())
            .startsWith("HTTP/1.1 " + status + " ")
            .contains(message)
            .doesNotContain("<still open>");
      }
      RequestRecord refused = stage.record();
      assertThat(refused.status()).isEqualTo(status);
      assertThat(refused.reason()).isEqualTo(Reason.INVALID_REQUEST);
      assertThat(upstream.heads).isEmpty();
      try (Wire next = new Wire(stage.port())) {
        next.send(GET + "Connection: close\r\n\r\n");
        assertThat(next.readToEnd()).startsWith("HTTP/1.1 200 ");
      }
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }
}
