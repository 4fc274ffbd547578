package dev.postern.policy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.exchange.Admission;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.BackendContext;
import dev.postern.policy.functional.Doorway;
import dev.postern.policy.functional.Doorway.Answer;
import dev.postern.policy.functional.ManualTimers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits of tokens, before a backend that knows what its calls ask for and use. */
class TokenLimitTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualTimers timers = new ManualTimers();
  private Gateway gateway;

  @AfterEach
  void close() {
    gateway.close();
  }

  private void limitedBy(RateLimit... limits) throws IOException {
    gateway =
        Gateway.builder()
            .timers(timers)
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .route(
                "r", route -> route.policy(LocalRateLimit.of(limits)).backend(new Model("model")))
            .build()
            .start();
  }

  private static RateLimit reserving(long tokens) {
    return RateLimit.builder(tokens, tokens, HOUR)
        .type(RateLimit.Type.TOKENS)
        .reserveOutput(true)
        .build();
  }

  /** What a call does is said by its path; what it asks for and uses by its headers. */
  private static GatewayRequest call(String path, long input, long output, long used) {
    return GatewayRequest.get(path)
        .header("input", Long.toString(input))
        .header("output", Long.toString(output))
        .header("used", Long.toString(used))
        .build();
  }

  /** Returns what is left, told by a call that uses nothing. */
  private String left() throws IOException {
    return Doorway.IN_PROCESS
        .send(gateway, GatewayRequest.get("/look").build())
        .header("x-ratelimit-remaining");
  }

  @ParameterizedTest
  @EnumSource(Doorway.class)
  @DisplayName("RL-3: without an estimate a call needs one token, and may leave a debt")
  void aCallNeedsOneTokenAndMayLeaveADebt(Doorway door) throws IOException {
    limitedBy(RateLimit.tokens(100, HOUR));
    assertThat(door.send(gateway, call("/ok", 90, 90, 250)).status()).isEqualTo(200);
    Answer refused = door.send(gateway, call("/ok", 1, 1, 1));
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.header("retry-after")).isEqualTo("7200");
    assertThat(refused.header("x-ratelimit-remaining")).isEqualTo("0");
    timers.advance(HOUR.multipliedBy(2));
    assertThat(door.send(gateway, call("/ok", 1, 1, 1)).header("x-ratelimit-remaining"))
        .isEqualTo("50");
  }

  @ParameterizedTest
  @CsvSource({
    "/ok, 40, 960",
    "/ok, 300, 700",
    "/error, 0, 1000",
    "/late, 0, 1000",
    "/early, 0, 1000",
    "/stream, 55, 945",
  })
  @DisplayName("RL-3: what was reserved is settled by what was used, at whatever end")
  void whatWasReservedIsSettled(String path, long used, String left) throws IOException {
    limitedBy(reserving(1000));
    Answer answer = Doorway.IN_PROCESS.send(gateway, call(path, 30, 70, used));
    if (!path.equals("/early")) {
      assertThat(answer.header("x-ratelimit-remaining")).isEqualTo("900");
    }
    assertThat(lookReserving()).isEqualTo(left);
  }

  private String lookReserving() throws IOException {
    return Doorway.IN_PROCESS.send(gateway, call("/ok", 0, 0, 0)).header("x-ratelimit-remaining");
  }

  @Test
  @DisplayName("RL-3: a client that leaves its stream pays for what was produced")
  void aClientThatLeavesPaysForWhatWasProduced() throws IOException {
    limitedBy(reserving(1000));
    GatewayResponse response = gateway.handle(call("/endless", 30, 70, 44));
    response.body().open().next();
    response.close();
    response.close();
    assertThat(lookReserving()).isEqualTo("956");
  }

  @Test
  @DisplayName("RL-3: a call that is called off is settled, once")
  void aCallThatIsCalledOffIsSettled() throws IOException {
    limitedBy(reserving(1000));
    Scope scope = gateway.newScope();
    GatewayResponse response = gateway.handle(call("/endless", 30, 70, 44), scope);
    scope.cancel(Reason.CANCELLED.exception("gone"));
    response.close();
    assertThat(lookReserving()).isEqualTo("956");
  }

  @Test
  @DisplayName("RL-3: a reservation larger than what is left is refused, and leaves it as it is")
  void tooLargeAReservationIsRefused() throws IOException {
    limitedBy(reserving(1000));
    assertThat(Doorway.IN_PROCESS.send(gateway, call("/ok", 500, 501, 0)).status()).isEqualTo(429);
    assertThat(lookReserving()).isEqualTo("1000");
  }

  @Test
  @DisplayName("RL-1: requests that lack tokens are not counted; llm 2: malformed ones neither")
  void requestsThatAreRefusedAreNotCounted() throws IOException {
    limitedBy(RateLimit.requests(3, HOUR), RateLimit.tokens(10, HOUR));
    assertThat(Doorway.IN_PROCESS.send(gateway, call("/early", 0, 0, 0)).status()).isEqualTo(400);
    Doorway.IN_PROCESS.send(gateway, call("/ok", 1, 1, 10));
    for (int i = 0; i < 5; i++) {
      assertThat(Doorway.IN_PROCESS.send(gateway, call("/ok", 1, 1, 0)).status()).isEqualTo(429);
    }
    timers.advance(HOUR.dividedBy(2));
    assertThat(left()).as("calls without tokens need none").isEqualTo("1");
  }

  @Test
  @DisplayName("RL-4: the provider's own headers stay under another name")
  void headersOfTheProviderStayUnderAnotherName() throws IOException {
    limitedBy(RateLimit.requests(3, HOUR));
    Answer answer = Doorway.LISTENER.send(gateway, call("/told", 1, 1, 1));
    assertThat(answer.header("x-upstream-ratelimit-limit")).isEqualTo("7");
    assertThat(answer.header("x-ratelimit-limit")).isEqualTo("3");
    assertThat(answer.header("x-ratelimit-limit-requests")).isEqualTo("8");
    assertThat(answer.headers().all("x-ratelimit-limit")).hasSize(1);
  }

  @Test
  @DisplayName("RL-3: exactly once, with many threads and all ends at once")
  void settledExactlyOnceByManyThreads() throws Exception {
    limitedBy(reserving(1_000_000));
    String[] paths = {"/ok", "/error", "/late", "/stream", "/endless"};
    try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        running.add(
            executor.submit(() -> {
              for (int i = 0; i < 250; i++) {
                Scope scope = gateway.newScope();
                GatewayResponse response = gateway.handle(call(paths[i % 5], 30, 70, 10), scope);
                if (i % 2 == 0) {
                  scope.cancel(Reason.CANCELLED.exception("gone"));
                }
                response.close();
              }
            }));
      }
      for (Future<?> future : running) {
        future.get();
      }
    }
    // Three of the five use ten tokens, the other two fail and use none.
    assertThat(lookReserving()).isEqualTo(Long.toString(1_000_000 - 8 * 250 / 5 * 3 * 10));
  }

  @Test
  @DisplayName("14.1: tokens of routes to backends of both sorts count where there are any")
  void backendsOfBothSorts() throws IOException {
    gateway =
        Gateway.builder()
            .timers(timers)
            .route(
                "r",
                route ->
                    route
                        .policy(
                            LocalRateLimit.of(
                                RateLimit.requests(3, HOUR), RateLimit.tokens(10, HOUR)))
                        .backend(0, new Model("model"))
                        .backend(
                            HandlerBackend.of(
                                "plain", (exchange, request) -> GatewayResponse.of(204))))
            .build();
    for (int status : new int[] {204, 204, 204, 429}) {
      assertThat(Doorway.IN_PROCESS.send(gateway, call("/ok", 1, 1, 1)).status()).isEqualTo(status);
    }
  }

  /** A backend that asks before it answers, and tells what was used. */
  private record Model(String kind) implements Backend {
    @Override
    public boolean asksAdmission() {
      return true;
    }

    @Override
    public Handler handler(BackendContext context) {
      return Model::answer;
    }

    private static GatewayResponse answer(Exchange exchange, GatewayRequest request) {
      exchange.record().protocol("llm");
      if (request.path().equals("/early")) {
        throw Reason.INVALID_REQUEST.exception("malformed");
      }
      if (request.path().equals("/look")) {
        Admission.ask(exchange, null);
        return GatewayResponse.of(200);
      }
      Admission.ask(exchange, new Asked(number(request, "input"), number(request, "output")));
      if (request.path().equals("/late")) {
        throw Reason.GUARDRAIL.exception("refused later");
      }
      if (request.path().equals("/error")) {
        return GatewayResponse.of(500);
      }
      exchange.record().protocolFields(new Used(number(request, "used")));
      return switch (request.path()) {
        case "/stream" -> GatewayResponse.of(200, Headers.EMPTY, Body.of(new Pieces(3)));
        case "/endless" ->
            GatewayResponse.of(200, Headers.EMPTY, Body.of(new Pieces(Integer.MAX_VALUE)));
        case "/told" ->
            GatewayResponse.of(200)
                .withHeaders(
                    Headers.of("X-RateLimit-Limit", "7", "x-ratelimit-limit-requests", "8"));
        default -> GatewayResponse.of(200);
      };
    }

    private static long number(GatewayRequest request, String name) {
      return Long.parseLong(request.header(name));
    }
  }

  private record Asked(long inputTokens, long outputTokens) implements Admission.Demand {}

  private record Used(long tokens) implements RequestRecord.ProtocolFields {
    @Override
    public void writeTo(RequestRecord.FieldSink sink) {}
  }

  private static final class Pieces implements BodyStream {
    private int left;

    Pieces(int left) {
      this.left = left;
    }

    @Override
    public @Nullable ByteBuffer next() {
      return left-- > 0 ? ByteBuffer.wrap(new byte[] {'x'}) : null;
    }

    @Override
    public void close() {}
  }
}
