package dev.postern.core;

import static dev.postern.core.ShapeFixtures.gateway;
import static dev.postern.core.ShapeFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.ShapeFixtures.Fed;
import dev.postern.core.ShapeFixtures.Pieces;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.ClientBodyException;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.Phase;
import dev.postern.core.upstream.UpstreamException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class AttemptShapeTest {
  private final AtomicInteger calls = new AtomicInteger();
  private final List<String> bodies = new ArrayList<>();
  private final List<String> retryHeaders = new ArrayList<>();

  private static Gateway retrying(Handler backend, Retry retry, Timeout timeout) {
    return gateway()
        .route(
            "toy",
            route ->
                route
                    .policy(retry)
                    .policy(timeout)
                    .backend(new HandlerBackend("toy", backend, ShapeFixtures.TOY_ERRORS)))
        .build();
  }

  private static Gateway retrying(Handler backend, Retry retry) {
    return retrying(backend, retry, Timeout.none());
  }

  private Handler answering(Integer... statuses) {
    return (exchange, request) -> {
      bodies.add(new String(request.body().readAll(1 << 20), StandardCharsets.UTF_8));
      retryHeaders.add(request.header("x-retry-attempt"));
      int status = statuses[calls.getAndIncrement()];
      return GatewayResponse.text(status, "answer " + status);
    };
  }

  private static GatewayRequest post(Body body) {
    return GatewayRequest.post("/", body).header("x-retry-attempt", "9").build();
  }

  @Test
  void everyAttemptStartsFromTheSameRequest() throws Exception {
    Gateway gateway =
        retrying(answering(503, 503, 200), Retry.builder().attempts(2).codes(503).build());

    GatewayResponse response = gateway.handle(post(Body.of("prompt")));

    assertThat(response.status()).isEqualTo(200);
    assertThat(bodies).containsExactly("prompt", "prompt", "prompt");
    assertThat(retryHeaders).containsExactly(null, "1", "2");
  }

  @Test
  void lastAnswerIsReturnedUnchangedAlthoughItMightBeTriedAgain() throws Exception {
    Gateway gateway = retrying(answering(503, 503), Retry.builder().codes(503).build());

    GatewayResponse response = gateway.handle(post(Body.of("x")));

    assertThat(response.status()).isEqualTo(503);
    assertThat(text(response)).isEqualTo("answer 503");
    assertThat(calls).hasValue(2);
  }

  @Test
  void streamedBodyWithinTheLimitIsKeptForAnotherAttempt() throws Exception {
    Gateway gateway = retrying(answering(503, 200), Retry.builder().codes(503).build());

    gateway.handle(post(Body.of(new Pieces(null, "pro", "mpt"))));

    assertThat(bodies).containsExactly("prompt", "prompt");
  }

  @Test
  void bodyOverTheLimitIsSentWholeOnceAndNotTriedAgain() throws Exception {
    Gateway gateway =
        retrying(answering(503, 200), Retry.builder().codes(503).bufferLimit(4).build());

    GatewayResponse response = gateway.handle(post(Body.of(new Pieces(null, "pro", "mpt", "s"))));

    assertThat(response.status()).isEqualTo(503);
    assertThat(bodies).containsExactly("prompts");
  }

  @Test
  void streamOfWhichNothingWasTakenCanBeTriedAgain() throws Exception {
    Gateway gateway =
        retrying(
            (exchange, request) -> {
              if (calls.getAndIncrement() == 0) {
                throw new UpstreamException(UpstreamException.Kind.CONNECT, false, "refused", null);
              }
              return answering(200, 200, 200).handle(exchange, request);
            },
            Retry.builder().bufferLimit(0).build());

    GatewayResponse response = gateway.handle(post(Body.of(new Pieces(null, "once"))));

    assertThat(response.status()).isEqualTo(200);
    assertThat(bodies).containsExactly("once");
  }

  @Test
  void clientBodyThatBreaksIsTheClientsFaultAndNotTriedAgain() throws Exception {
    IOException broken = new ClientBodyException(400, "chunk cut off", null);
    Gateway gateway =
        retrying(answering(200, 200), Retry.builder().codes(503).bufferLimit(1).build());

    GatewayResponse response = gateway.handle(post(Body.of(new Pieces(broken, "ab"))));

    assertThat(response.status()).isEqualTo(400);
    assertThat(text(response)).isEqualTo("toy:InvalidRequest:invalid request");
    assertThat(calls).hasValue(0);
  }

  @Test
  void brokenCallIsRepeatedOnlyForIdempotentMethodsOnceSomethingWasSent() throws Exception {
    Handler breaking =
        (exchange, request) -> {
          calls.incrementAndGet();
          throw new UpstreamException(UpstreamException.Kind.RESET, true, "reset", null);
        };
    Gateway gateway = retrying(breaking, Retry.builder().build());

    GatewayResponse posted = gateway.handle(post(Body.of("x")));
    assertThat(posted.status()).isEqualTo(503);
    assertThat(calls).hasValue(1);

    gateway.handle(GatewayRequest.get("/").build());
    assertThat(calls).hasValue(3);
  }

  @Test
  void attemptThatRunsOutOfTimeIsCalledOffAloneAndTriedAgain() throws Exception {
    Gateway gateway =
        retrying(
            (exchange, request) -> {
              if (calls.getAndIncrement() == 0) {
                exchange.attemptScope().sleep(Duration.ofMinutes(1));
              }
              return GatewayResponse.text(200, "second");
            },
            Retry.builder().build(),
            Timeout.none().backendRequestTimeout(Duration.ofMillis(30)));

    GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());

    assertThat(text(response)).isEqualTo("second");
  }

  @Test
  void deadlineThatLosesTheRaceCutsNoAnswer() throws Exception {
    // The timer runs while it is being disarmed: the answer was there before.
    Timers racing = timers(task -> task::run);
    try (Gateway gateway = timed(racing, answeringInItsScope(() -> {}))) {
      GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());
      assertThat(text(response)).isEqualTo("good");
    }
  }

  @Test
  void answerThatLosesTheRaceIsReleasedAndIsNone() throws Exception {
    List<Runnable> due = new ArrayList<>();
    Timers waiting =
        timers(task -> {
          due.add(task);
          return () -> {};
        });
    Handler late = answeringInItsScope(() -> due.removeFirst().run());
    try (Gateway gateway = timed(waiting, late)) {
      GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());
      assertThat(text(response)).isEqualTo("toy:Timeout:upstream call timeout");
    }
  }

  @Test
  void answerThatComesAsTheRequestsTimeIsOverIsNone() throws Exception {
    List<Runnable> due = new ArrayList<>();
    Timers waiting =
        timers(task -> {
          due.add(task);
          return () -> {};
        });
    try (Gateway gateway =
        gateway()
            .timers(waiting)
            .route(
                "toy",
                route ->
                    route
                        .policy(Timeout.none().requestTimeout(ATTEMPT))
                        .policy(
                            new ShapeFixtures.ToyPolicy(
                                "late",
                                Phase.TRANSFORMATION,
                                (exchange, request, next) -> {
                                  GatewayResponse response = next.proceed(exchange, request);
                                  due.removeFirst().run();
                                  return response;
                                }))
                        .backend(
                            new HandlerBackend(
                                "toy", answeringInItsScope(() -> {}), ShapeFixtures.TOY_ERRORS)))
            .build()) {
      GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());
      assertThat(text(response)).isEqualTo("toy:Timeout:request timeout");
    }
  }

  private static final Duration ATTEMPT = Duration.ofHours(7);

  private static Gateway timed(Timers timers, Handler backend) {
    return gateway()
        .timers(timers)
        .route(
            "toy",
            route ->
                route
                    .policy(Timeout.none().backendRequestTimeout(ATTEMPT))
                    .backend(new HandlerBackend("toy", backend, ShapeFixtures.TOY_ERRORS)))
        .build();
  }

  /** Returns timers whose timer of an attempt is made by {@code ofAttempt}. */
  private static Timers timers(Function<Runnable, Timers.Timer> ofAttempt) {
    return new Timers() {
      @Override
      public Timer schedule(long nanos, Runnable task) {
        return nanos == ATTEMPT.toNanos()
            ? ofAttempt.apply(task)
            : Timers.system().schedule(nanos, task);
      }

      @Override
      public long nanoTime() {
        return Timers.system().nanoTime();
      }
    };
  }

  /** Returns a backend whose answer cannot be read once its attempt is called off. */
  private static Handler answeringInItsScope(Runnable before) {
    return (exchange, request) -> {
      Fed body = new Fed(exchange.attemptScope());
      body.feed("good");
      body.finish();
      before.run();
      return GatewayResponse.of(200, Headers.EMPTY, Body.of(body));
    };
  }

  @Test
  void pauseThatDoesNotFitTheDeadlineEndsTheAttemptsAtOnce() throws Exception {
    Gateway gateway =
        retrying(
            answering(503, 200),
            Retry.builder().codes(503).backoff(Retry.Backoff.parse("1h")).build(),
            Timeout.none().requestTimeout(Duration.ofSeconds(30)));

    GatewayResponse response = gateway.handle(post(Body.of("x")));

    assertThat(response.status()).isEqualTo(503);
    assertThat(calls).hasValue(1);
  }

  @Test
  void answerThatIsNotWantedIsReleasedBeforeTheNextAttempt() throws Exception {
    Pieces first = new Pieces(null, "half of a long error");
    Gateway gateway =
        retrying(
            (exchange, request) ->
                calls.getAndIncrement() == 0
                    ? GatewayResponse.of(503, Headers.EMPTY, Body.of(first))
                    : GatewayResponse.text(200, "closed " + first.closed),
            Retry.builder().codes(503).build());

    GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());

    assertThat(text(response)).isEqualTo("closed 1");
  }

  @Test
  void streamIsCommittedWhenItsHandlerReturnsItAndNotTriedAfterwards() throws Exception {
    Gateway gateway =
        retrying(
            (exchange, request) -> {
              if (calls.getAndIncrement() == 0) {
                // A handler that holds its stream back fails before the first content ...
                throw new UpstreamException(
                    UpstreamException.Kind.BODY, false, "ended before its first event", null);
              }
              // ... or returns it, and then the client sees it break.
              return GatewayResponse.of(
                  200, Headers.EMPTY, Body.of(new Pieces(new IOException("cut"), "data: 1\n\n")));
            },
            Retry.builder().attempts(3).build());

    GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());

    assertThat(response.status()).isEqualTo(200);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> response.body().readAll(1000))
        .hasMessage("cut");
    assertThat(calls).hasValue(2);
  }

  @Test
  void cancelledRequestIsNotTriedAgain() throws Exception {
    dev.postern.core.exchange.Scope scope =
        dev.postern.core.exchange.Scope.root(dev.postern.core.exchange.Timers.system());
    Gateway gateway =
        retrying(
            (exchange, request) -> {
              calls.incrementAndGet();
              scope.cancel(Reason.CANCELLED.exception("client closed"));
              throw new UpstreamException(UpstreamException.Kind.RESET, false, "reset", null);
            },
            Retry.builder().attempts(5).build());

    GatewayResponse response = gateway.handle(GatewayRequest.get("/").build(), scope);

    assertThat(response.status()).isEqualTo(499);
    assertThat(calls).hasValue(1);
  }

  @Test
  void bodiesOfAllRequestsTogetherStayWithinTheProcessLimit() throws Exception {
    Gateway gateway =
        gateway()
            .settings(ProcessSettings.builder().maxBufferedBytes(8).build())
            .route(
                "toy",
                route ->
                    route
                        .policy(Retry.builder().codes(503).build())
                        .backend(HandlerBackend.of("toy", answering(200, 200))))
            .build();

    GatewayResponse tooMuch =
        gateway.handle(post(Body.of(new Pieces(null, "more than eight bytes"), 21)));
    assertThat(tooMuch.status()).isEqualTo(503);
    assertThat(text(tooMuch)).isEqualTo("buffer budget exhausted");
    assertThat(tooMuch.header("retry-after")).isEqualTo("1");

    GatewayResponse fits = gateway.handle(post(Body.of(new Pieces(null, "eight"), 5)));
    assertThat(fits.status()).isEqualTo(200);
  }

  @Test
  void bodyOverTheLimitIsRefusedWhereThatIsAskedFor() throws Exception {
    Gateway gateway =
        retrying(
            answering(200),
            Retry.builder().bufferLimit(4).onBufferExceeded(Retry.OnBufferExceeded.FAIL).build());

    GatewayResponse response = gateway.handle(post(Body.of(new Pieces(null, "pro", "mpt"))));

    assertThat(response.status()).isEqualTo(413);
    assertThat(calls).hasValue(0);
  }

  @Test
  void serverThatSaysWhenToComeBackSetsThePause() throws Exception {
    Handler asking =
        (exchange, request) -> {
          calls.incrementAndGet();
          return GatewayResponse.of(429).withHeader("retry-after", "3600");
        };
    Gateway honoring =
        retrying(
            asking,
            Retry.builder().codes(429).build(),
            Timeout.none().requestTimeout(Duration.ofMinutes(1)));
    assertThat(honoring.handle(GatewayRequest.get("/").build()).status()).isEqualTo(429);
    assertThat(calls).hasValue(1);

    Gateway ignoring =
        retrying(
            asking,
            Retry.builder().codes(429).honorRetryAfter(false).build(),
            Timeout.none().requestTimeout(Duration.ofMinutes(1)));
    ignoring.handle(GatewayRequest.get("/").build());
    assertThat(calls).hasValue(3);
  }
}
