package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.ShapeFixtures.Fed;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.Phase;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import org.junit.jupiter.api.Test;

class OkHttpDoorTest {
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();

  private OkHttpClient client(Handler backend, String... hosts) {
    ShapeFixtures.ToyPolicy watch =
        new ShapeFixtures.ToyPolicy(
            "watch",
            Phase.CORS,
            (exchange, request, next) -> {
              exchange.onEnd(outcomes::add);
              return next.proceed(exchange, request);
            });
    Gateway gateway = ShapeFixtures.gateway(backend, watch).build();
    return new OkHttpClient.Builder().addInterceptor(gateway.asOkHttpInterceptor(hosts)).build();
  }

  @Test
  void callIsAnsweredWithoutASocket() throws Exception {
    AtomicReference<GatewayRequest> seen = new AtomicReference<>();
    OkHttpClient client =
        client((exchange, request) -> {
          seen.set(request);
          return GatewayResponse.json(201, "{\"made\":true}").withHeader("x-id", "7");
        });
    Request request =
        new Request.Builder()
            .url("https://models.example/v1/chat?a=1%202")
            .header("Authorization", "Bearer k")
            .post(RequestBody.create("{}", MediaType.get("application/json")))
            .build();

    try (Response response = client.newCall(request).execute()) {
      assertThat(response.code()).isEqualTo(201);
      assertThat(response.header("x-id")).isEqualTo("7");
      assertThat(response.body().string()).isEqualTo("{\"made\":true}");
    }
    assertThat(seen.get().authority()).isEqualTo("models.example");
    assertThat(seen.get().target()).isEqualTo("/v1/chat?a=1%202");
    assertThat(seen.get().header("authorization")).isEqualTo("Bearer k");
    assertThat(seen.get().header("content-type")).startsWith("application/json");
    assertThat(seen.get().body().readAll(10)).asString().isEqualTo("{}");
  }

  @Test
  void eventsArriveOneByOne() throws Exception {
    AtomicReference<Fed> fed = new AtomicReference<>();
    OkHttpClient client = client(streaming(fed));

    try (Response response = client.newCall(get()).execute()) {
      BufferedSource source = response.body().source();
      fed.get().feed("data: 1\n\n");
      assertThat(source.readUtf8Line()).isEqualTo("data: 1");
      assertThat(source.readUtf8Line()).isEmpty();
      fed.get().feed("data: 2\n\n");
      assertThat(source.readUtf8Line()).isEqualTo("data: 2");
      fed.get().finish();
      assertThat(source.readUtf8Line()).isEmpty();
      assertThat(source.exhausted()).isTrue();
    }
    assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isEqualTo(Outcome.DONE);
  }

  @Test
  void cancellingTheCallBeforeTheFirstByteCallsTheExchangeOff() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    OkHttpClient client =
        client((exchange, request) -> {
          waiting.countDown();
          exchange.attemptScope().sleep(Duration.ofMinutes(1));
          return GatewayResponse.of(200);
        });
    Call call = client.newCall(get());
    AtomicReference<IOException> failure = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                call.execute().close();
              } catch (IOException e) {
                failure.set(e);
              }
            });
    waiting.await();

    call.cancel();
    caller.join();

    assertThat(failure.get()).hasMessage("Canceled");
  }

  @Test
  void cancellingTheCallMidStreamCallsTheExchangeOff() throws Exception {
    AtomicReference<Fed> fed = new AtomicReference<>();
    Call call = client(streaming(fed)).newCall(get());
    Response response = call.execute();
    fed.get().feed("data: 1\n\n");
    assertThat(response.body().source().readUtf8Line()).isEqualTo("data: 1");
    assertThat(response.body().source().readUtf8Line()).isEmpty();

    Thread.ofVirtual().start(call::cancel);

    assertThatThrownBy(() -> response.body().source().readUtf8Line()).hasMessage("Canceled");
    response.close();
    assertThat(outcomes.poll(5, TimeUnit.SECONDS).kind()).isEqualTo(Outcome.Kind.FAILED);
    assertThat(fed.get().closed).isTrue();
  }

  @Test
  void theTimeoutOfTheCallHoldsUntilTheStreamHasEnded() throws Exception {
    AtomicReference<Fed> fed = new AtomicReference<>();
    OkHttpClient patient = client(streaming(fed));
    OkHttpClient client = patient.newBuilder().callTimeout(Duration.ofMillis(300)).build();
    Response response = client.newCall(get()).execute();
    fed.get().feed("data: 1\n\n");
    assertThat(response.body().source().readUtf8Line()).isEqualTo("data: 1");
    assertThat(response.body().source().readUtf8Line()).isEmpty();

    assertThatThrownBy(() -> response.body().source().readUtf8Line())
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("timeout");
    response.close();
    assertThat(outcomes.poll(5, TimeUnit.SECONDS).kind()).isEqualTo(Outcome.Kind.FAILED);
    assertThat(fed.get().closed).isTrue();
  }

  @Test
  void closingTheResponseMidStreamAbandonsTheExchange() throws Exception {
    AtomicReference<Fed> fed = new AtomicReference<>();
    Response response = client(streaming(fed)).newCall(get()).execute();

    response.close();

    assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isEqualTo(Outcome.ABANDONED);
    assertThat(fed.get().closed).isTrue();
  }

  @Test
  void callsToOtherHostsGoToTheNetwork() throws Exception {
    OkHttpClient client =
        client((exchange, request) -> GatewayResponse.text(200, "gateway"), "models.example");
    try (MockWebServer server = new MockWebServer()) {
      server.enqueue(new MockResponse.Builder().body("network").build());
      server.start();

      try (Response network =
              client.newCall(new Request.Builder().url(server.url("/")).build()).execute();
          Response own = client.newCall(get()).execute()) {
        assertThat(network.body().string()).isEqualTo("network");
        assertThat(own.body().string()).isEqualTo("gateway");
      }
    }
  }

  private static Handler streaming(AtomicReference<Fed> fed) {
    return (exchange, request) -> {
      fed.set(new Fed(exchange.attemptScope()));
      return GatewayResponse.of(
          200, Headers.of("content-type", "text/event-stream"), Body.of(fed.get()));
    };
  }

  private static Request get() {
    return new Request.Builder().url("https://models.example/stream").build();
  }
}
