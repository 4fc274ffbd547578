package dev.postern.core;

import static dev.postern.core.ShapeFixtures.gateway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.ShapeFixtures.Fed;
import dev.postern.core.ShapeFixtures.Pieces;
import dev.postern.core.ShapeFixtures.ToyPolicy;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.Phase;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EndShapeTest {
  private final List<Outcome.Kind> ends = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();

  private Gateway watched(Handler backend) {
    return watched(backend, Timeout.none());
  }

  private Gateway watched(Handler backend, Timeout timeout) {
    ToyPolicy watch =
        new ToyPolicy(
            "watch",
            Phase.CORS,
            (exchange, request, next) -> {
              exchange.onEnd(outcome -> {
                ends.add(outcome.kind());
                outcomes.add(outcome);
              });
              return next.proceed(exchange, request);
            });
    return gateway(backend, watch, timeout).build();
  }

  private static Handler streaming(BodyStream stream) {
    return (exchange, request) -> GatewayResponse.of(200, Headers.EMPTY, Body.of(stream));
  }

  @Test
  void bodyInMemoryEndsTheExchangeAsDone() {
    watched((exchange, request) -> GatewayResponse.text(200, "x"))
        .handle(GatewayRequest.get("/").build())
        .close();

    assertThat(ends).containsExactly(Outcome.Kind.DONE);
  }

  @Test
  void refusalEndsTheExchangeAsDone() {
    watched(
            (exchange, request) -> {
              throw Reason.NOT_FOUND.exception("no");
            })
        .handle(GatewayRequest.get("/").build());

    assertThat(ends).containsExactly(Outcome.Kind.DONE);
  }

  @Test
  void streamReadToItsEndEndsTheExchangeOnce() throws Exception {
    GatewayResponse response =
        watched(streaming(new Pieces(null, "a", "b"))).handle(GatewayRequest.get("/").build());

    assertThat(ends).isEmpty();
    response.body().readAll(100);
    response.close();

    assertThat(ends).containsExactly(Outcome.Kind.DONE);
  }

  @Test
  void streamOfKnownLengthIsDoneWithItsLastByte() throws Exception {
    GatewayResponse response =
        watched((exchange, request) ->
                GatewayResponse.of(200, Headers.EMPTY, Body.of(new Pieces(null, "ab", "c"), 3)))
            .handle(GatewayRequest.get("/").build());
    BodyStream stream = response.body().open();

    stream.next();
    assertThat(ends).isEmpty();
    stream.next();
    assertThat(ends).containsExactly(Outcome.Kind.DONE);
    assertThat(stream.next()).isNull();
  }

  @Test
  void streamThatBreaksEndsTheExchangeAsFailed() throws Exception {
    IOException broken = new IOException("cut");
    GatewayResponse response =
        watched(streaming(new Pieces(broken, "a"))).handle(GatewayRequest.get("/").build());

    assertThatThrownBy(() -> response.body().readAll(100)).isSameAs(broken);

    assertThat(ends).containsExactly(Outcome.Kind.FAILED);
    assertThat(outcomes.remove().failure()).isSameAs(broken);
  }

  @Test
  void streamClosedBeforeItsEndIsAbandonedAndReleasesItsSource() throws Exception {
    Pieces source = new Pieces(null, "a", "b");
    GatewayResponse response = watched(streaming(source)).handle(GatewayRequest.get("/").build());

    response.body().open().next();
    response.close();
    response.close();

    assertThat(ends).containsExactly(Outcome.Kind.ABANDONED);
    assertThat(source.closed).isPositive();
  }

  @Test
  void streamThatNobodyReadsIsAbandonedWhenItsIdleTimeHasPassed() throws Exception {
    Pieces source = new Pieces(null, "a");
    Timeout timeout = Timeout.none().streamIdleTimeout(Duration.ofMillis(50));

    watched(streaming(source), timeout).handle(GatewayRequest.get("/").build());

    assertThat(outcomes.poll(10, TimeUnit.SECONDS)).isEqualTo(Outcome.ABANDONED);
    assertThat(source.closed).isPositive();
  }

  @Test
  void streamWhoseSourceIsSilentFailsWhenItsIdleTimeHasPassed() {
    Timeout timeout = Timeout.none().streamIdleTimeout(Duration.ofMillis(50));
    GatewayResponse response =
        watched(
                (exchange, request) ->
                    GatewayResponse.of(200, Headers.EMPTY, Body.of(new Fed(exchange.scope()))),
                timeout)
            .handle(GatewayRequest.get("/").build());

    assertThatThrownBy(() -> response.body().readAll(100)).hasMessage("stream idle timeout");
    assertThat(ends).containsExactly(Outcome.Kind.FAILED);
  }

  @Test
  void backendThatPushesForHoursKeepsItsExchangeOpenUntilItStops() throws Exception {
    AtomicReference<Fed> fed = new AtomicReference<>();
    GatewayResponse response =
        watched(
                (exchange, request) -> {
                  fed.set(new Fed(exchange.scope()));
                  return GatewayResponse.of(200, Headers.EMPTY, Body.of(fed.get()));
                })
            .handle(GatewayRequest.get("/").build());
    BodyStream stream = response.body().open();

    for (int hour = 0; hour < 48; hour++) {
      fed.get().feed("tick");
      assertThat(stream.next()).isNotNull();
      assertThat(ends).isEmpty();
    }
    fed.get().finish();

    assertThat(stream.next()).isNull();
    assertThat(ends).containsExactly(Outcome.Kind.DONE);
  }

  @Test
  void cancellationBeforeTheFirstByteEndsTheWaitOfTheBackend() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    Gateway gateway =
        watched((exchange, request) -> {
          waiting.countDown();
          exchange.attemptScope().sleep(Duration.ofMinutes(1));
          return GatewayResponse.text(200, "late");
        });
    Scope scope = Scope.root(Timers.system());
    AtomicReference<GatewayResponse> answer = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> answer.set(gateway.handle(GatewayRequest.get("/").build(), scope)));

    waiting.await();
    scope.cancel(Reason.CANCELLED.exception("client closed"));
    caller.join();

    assertThat(answer.get().status()).isEqualTo(499);
    assertThat(ends).containsExactly(Outcome.Kind.DONE);
  }

  @Test
  void interruptingTheCallersThreadCallsTheRequestOff() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    Gateway gateway =
        watched((exchange, request) -> {
          waiting.countDown();
          exchange.attemptScope().sleep(Duration.ofMinutes(1));
          return GatewayResponse.text(200, "late");
        });
    AtomicReference<GatewayResponse> answer = new AtomicReference<>();
    Thread caller =
        Thread.ofPlatform()
            .start(() -> answer.set(gateway.handle(GatewayRequest.get("/").build())));

    waiting.await();
    caller.interrupt();
    caller.join();

    assertThat(answer.get().status()).isEqualTo(499);
  }

  @Test
  void cancellationMidStreamEndsTheReadersWait() throws Exception {
    Scope scope = Scope.root(Timers.system());
    GatewayResponse response =
        watched(
                (exchange, request) -> {
                  Fed fed = new Fed(exchange.attemptScope());
                  fed.feed("first");
                  return GatewayResponse.of(200, Headers.EMPTY, Body.of(fed));
                })
            .handle(GatewayRequest.get("/").build(), scope);
    BodyStream stream = response.body().open();
    assertThat(stream.next()).isNotNull();

    Thread.ofVirtual().start(() -> scope.cancel(Reason.CANCELLED.exception("client closed")));

    assertThatThrownBy(stream::next).hasMessage("client closed");
    assertThat(ends).containsExactly(Outcome.Kind.FAILED);
  }

  @Test
  void sourceThatBreaksBecauseTheCallerLeftIsNoFailureOfTheBackend() throws Exception {
    Scope scope = Scope.root(Timers.system());
    GatewayResponse response =
        watched(streaming(new Pieces(new IOException("Canceled"), "first")))
            .handle(GatewayRequest.get("/").build(), scope);
    BodyStream stream = response.body().open();
    stream.next();

    GatewayException left = Reason.CANCELLED.exception("client closed");
    scope.cancel(left);

    assertThatThrownBy(stream::next).hasMessage("Canceled");
    assertThat(outcomes.remove().failure()).isSameAs(left);
  }

  @Test
  void requestTimeoutAnswersInTheBackendsForm() throws Exception {
    GatewayResponse response =
        watched(
                (exchange, request) -> {
                  exchange.attemptScope().sleep(Duration.ofMinutes(1));
                  return GatewayResponse.text(200, "late");
                },
                Timeout.none().requestTimeout(Duration.ofMillis(30)))
            .handle(GatewayRequest.get("/").build());

    assertThat(response.status()).isEqualTo(504);
    assertThat(ShapeFixtures.text(response)).isEqualTo("toy:Timeout:request timeout");
  }

  @Test
  void streamThatLastsTooLongIsCut() {
    GatewayResponse response =
        watched(
                (exchange, request) ->
                    GatewayResponse.of(200, Headers.EMPTY, Body.of(new Fed(exchange.scope()))),
                Timeout.none().streamMaxDuration(Duration.ofMillis(30)))
            .handle(GatewayRequest.get("/").build());

    assertThatThrownBy(() -> response.body().readAll(100)).hasMessage("stream duration exceeded");
  }

  @Test
  void streamWhoseTimeIsOverWhileItsReaderIsBusyIsNotAbandoned() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    GatewayResponse response =
        watched(
                (exchange, request) -> {
                  Scope.Registration unused = exchange.scope().onCancel(over::countDown);
                  return GatewayResponse.of(200, Headers.EMPTY, Body.of(new Fed(exchange.scope())));
                },
                Timeout.none().streamMaxDuration(Duration.ofMillis(30)))
            .handle(GatewayRequest.get("/").build());

    assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
    response.close();

    assertThat(outcomes.remove().failure()).hasMessage("stream duration exceeded");
  }

  @Test
  void backendMayCallTheGatewayAgain() throws Exception {
    AtomicReference<Gateway> self = new AtomicReference<>();
    Gateway gateway =
        watched((exchange, request) -> {
          if (request.path().equals("/inner")) {
            return GatewayResponse.text(200, "inner");
          }
          GatewayResponse nested =
              self.get().handle(GatewayRequest.get("/inner").build(), exchange.scope());
          return GatewayResponse.text(200, "outer(" + ShapeFixtures.text(nested) + ")");
        });
    self.set(gateway);

    GatewayResponse response = gateway.handle(GatewayRequest.get("/outer").build());

    assertThat(ShapeFixtures.text(response)).isEqualTo("outer(inner)");
    assertThat(ends).containsExactly(Outcome.Kind.DONE, Outcome.Kind.DONE);
  }

  @Test
  void responseCarriesTrailersAndUpgrades() throws Exception {
    BodyStream withTrailers =
        new BodyStream() {
          private boolean read;

          @Override
          public java.nio.ByteBuffer next() {
            if (read) {
              return null;
            }
            read = true;
            return ShapeFixtures.bytes("x");
          }

          @Override
          public Headers trailers() {
            return Headers.of("grpc-status", "0");
          }

          @Override
          public void close() {}
        };
    GatewayResponse response =
        watched(streaming(withTrailers)).handle(GatewayRequest.get("/").build());
    BodyStream stream = response.body().open();
    while (stream.next() != null) {
      continue;
    }

    assertThat(stream.trailers().get("grpc-status")).isEqualTo("0");

    EchoUpgrade echo = new EchoUpgrade();
    GatewayResponse switched =
        watched((exchange, request) -> GatewayResponse.upgrade(101, Headers.EMPTY, echo))
            .handle(GatewayRequest.get("/").build());
    assertThat(switched.upgrade()).isNotNull();
    assertThat(ends).containsExactly(Outcome.Kind.DONE);
    switched.close();
    assertThat(echo.closed).isTrue();
    assertThat(ends).containsExactly(Outcome.Kind.DONE, Outcome.Kind.DONE);
  }

  private static final class EchoUpgrade implements dev.postern.core.http.Upgrade {
    private boolean closed;

    @Override
    public BodyStream fromPeer() {
      return Body.empty().open();
    }

    @Override
    public void run(BodyStream fromClient) {}

    @Override
    public void close() {
      closed = true;
    }
  }
}
