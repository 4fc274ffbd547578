package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DroppedHeaderTest {
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Logger logger = Logger.getLogger(Gateway.class.getName());
  private final Level level = logger.getLevel();
  private final Handler recorder =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    recorder.setLevel(Level.ALL);
    logger.addHandler(recorder);
    logger.setLevel(Level.ALL);
  }

  @AfterEach
  void stop() {
    logger.removeHandler(recorder);
    logger.setLevel(level);
  }

  @Test
  void responseHeaderThatWouldSplitTheHeadIsLeftOutAndNamedWithoutItsValue() {
    Headers headers = Headers.of("x-good", "1", "x-bad", "a\r\nset-cookie: secret");
    try (Gateway gateway =
        Gateway.builder()
            .route(
                "r",
                route ->
                    route.backend(
                        HandlerBackend.of(
                            "h",
                            (exchange, request) -> GatewayResponse.of(200, headers, Body.empty()))))
            .build()) {
      GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());

      assertThat(response.headers()).isEqualTo(Headers.of("x-good", "1"));
      assertThat(logged).containsExactly("response header left out, it is not allowed: x-bad");
    }
  }
}
