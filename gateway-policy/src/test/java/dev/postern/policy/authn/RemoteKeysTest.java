package dev.postern.policy.authn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.Service;
import dev.postern.core.upstream.UpstreamCall;
import dev.postern.core.upstream.UpstreamClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RemoteKeysTest {
  private static final String URL = "http://127.0.0.1:9/keys?v=1";
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final InstantSource CLOCK = () -> NOW;
  private static final Issuer OLD = Issuer.rsa("old");
  private static final Issuer NEW = Issuer.rsa("new");

  private final Server server = new Server();
  private final Time time = new Time();
  private final Exchange exchange =
      new Exchange(Connection.inProcess(), Scope.root(Timers.system()));

  /** A server that answers as a test says. */
  private static final class Server implements UpstreamClient, Service {
    final AtomicInteger fetches = new AtomicInteger();
    final List<GatewayRequest> calls = new ArrayList<>();
    volatile Answer answer = Server::down;

    interface Answer {
      GatewayResponse get() throws IOException;
    }

    static GatewayResponse down() throws IOException {
      throw new IOException("refused");
    }

    Server serving(Issuer... issuers) {
      String set = Issuer.jwks(Stream.of(issuers).map(Issuer::jwk).toArray(String[]::new));
      answer = () -> GatewayResponse.json(200, set);
      return this;
    }

    @Override
    public GatewayResponse call(UpstreamCall call, Scope scope) throws IOException {
      return answer(call.request());
    }

    @Override
    public <T> T call(Exchange exchange, Scope scope, GatewayRequest request, Reader<T> reader)
        throws IOException {
      try (GatewayResponse response = answer(request)) {
        return reader.read(response);
      }
    }

    private GatewayResponse answer(GatewayRequest request) throws IOException {
      fetches.incrementAndGet();
      calls.add(request);
      return answer.get();
    }

    @Override
    public void close() {}
  }

  /** Time that a test moves. */
  private static final class Time implements Timers {
    private final List<Entry> entries = new ArrayList<>();
    private long now = 1;

    private record Entry(long at, Runnable task) {}

    @Override
    public Timer schedule(long nanos, Runnable task) {
      Entry entry = new Entry(now + nanos, task);
      entries.add(entry);
      return () -> entries.remove(entry);
    }

    @Override
    public long nanoTime() {
      return now;
    }

    void advance(long seconds) {
      now += Duration.ofSeconds(seconds).toNanos();
      List<Entry> due = new ArrayList<>();
      entries.removeIf(entry -> entry.at <= now && due.add(entry));
      due.forEach(entry -> entry.task.run());
    }
  }

  private RemoteKeys keys(Executor threads) {
    RemoteKeys keys =
        new RemoteKeys(
            new RemoteKeys.Place(URL, Duration.ofDays(1), Duration.ofSeconds(5), PolicySet.EMPTY),
            server,
            time,
            CLOCK,
            threads);
    keys.fetch();
    return keys;
  }

  private RemoteKeys keys() {
    return keys(Runnable::run);
  }

  private KeySet known(RemoteKeys keys) {
    KeySet known = keys.keys(exchange);
    assertThat(known).isNotNull();
    return known;
  }

  @Test
  void keysAreFetchedOnceAndAgainWhenTheyAreOld() {
    server.serving(OLD);
    RemoteKeys keys = keys();
    assertThat(known(keys).named("old")).hasSize(1);
    assertThat(server.calls.getFirst().target()).isEqualTo("/keys?v=1");
    time.advance(15 * 60 - 1);
    assertThat(server.fetches).hasValue(1);
    server.serving(NEW);
    time.advance(1);
    assertThat(server.fetches).hasValue(2);
    assertThat(known(keys).named("new")).hasSize(1);
    keys.close();
    time.advance(24 * 3600);
    assertThat(server.fetches).hasValue(2);
  }

  @Test
  @DisplayName("JW-4: a key that is not known is looked for once, and not again within 10 seconds")
  void anUnknownKeyIsLookedForOnce() {
    RemoteKeys keys = served();
    server.serving(OLD, NEW);
    KeySet before = known(keys);
    time.advance(9);
    assertThat(keys.newer(before, exchange)).isSameAs(before);
    assertThat(server.fetches).hasValue(1);
    time.advance(1);
    assertThat(keys.newer(before, exchange).named("new")).hasSize(1);
    assertThat(server.fetches).hasValue(2);
    // Who looked before the others fetched does not cause a fetch of his own.
    assertThat(keys.newer(before, exchange).named("new")).hasSize(1);
    assertThat(server.fetches).hasValue(2);
  }

  private RemoteKeys served() {
    server.serving(OLD);
    return keys();
  }

  @Test
  @DisplayName("BI-6: any number of invented key ids causes one fetch in 10 seconds")
  void inventedKeyIdsCauseFewFetches() {
    RemoteKeys keys = served();
    for (int second = 0; second < 100; second++) {
      time.advance(1);
      for (int i = 0; i < 1000; i++) {
        keys.newer(known(keys), exchange);
      }
    }
    assertThat(server.fetches).hasValue(11);
  }

  @Test
  @DisplayName("JW-4: fetches do not run beside one another, and waiting for one may be called off")
  void thereIsOneFetchAtATime() {
    List<Runnable> tasks = new ArrayList<>();
    RemoteKeys keys = keys(tasks::add);
    assertThat(keys.fetch()).isSameAs(keys.fetch());
    assertThat(tasks).hasSize(1);
    Exchange left = new Exchange(Connection.inProcess(), Scope.root(Timers.system()));
    left.scope().cancel(Reason.CANCELLED.exception("left"));
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> keys.keys(left))
        .isInstanceOf(GatewayException.class);
    server.serving(OLD);
    tasks.getFirst().run();
    assertThat(known(keys).named("old")).hasSize(1);
  }

  @Test
  void failuresPauseLongerAndLongerWhileOldKeysStay() {
    RemoteKeys keys = served();
    server.answer = Server::down;
    time.advance(15 * 60);
    assertThat(server.fetches).hasValue(2);
    int fetches = 2;
    for (int pause : new int[] {15, 30, 60, 120, 240, 300, 300}) {
      time.advance(pause - 1);
      assertThat(server.fetches).hasValue(fetches);
      time.advance(1);
      assertThat(server.fetches).hasValue(++fetches);
      assertThat(known(keys).named("old")).hasSize(1);
    }
    server.serving(NEW);
    time.advance(300);
    assertThat(known(keys).named("new")).hasSize(1);
  }

  @Test
  @DisplayName("20 JWKS url: old keys stay in use until maxStale")
  void keysThatAreTooOldAreNotUsed() {
    RemoteKeys keys = served();
    server.answer = Server::down;
    time.advance(24 * 3600);
    assertThat(known(keys).named("old")).hasSize(1);
    time.advance(1);
    assertThat(keys.keys(exchange)).isNull();
  }

  private static final AtomicLong READ = new AtomicLong();

  /** Never ends. */
  private static Body flood() {
    return Body.of(
        new BodyStream() {
          @Override
          public ByteBuffer next() {
            READ.addAndGet(8192);
            return ByteBuffer.allocate(8192);
          }

          @Override
          public void close() {}
        },
        -1);
  }

  static Stream<Arguments> lies() {
    String oct = "{\"kty\":\"oct\",\"kid\":\"old\",\"k\":\"c2VjcmV0\"}";
    String[] many = new String[5000];
    java.util.Arrays.fill(many, OLD.jwk());
    return Stream.of(
        Arguments.of("HTML", answer(GatewayResponse.text(200, "<html>"))),
        Arguments.of("secrets", answer(GatewayResponse.json(200, Issuer.jwks(oct)))),
        Arguments.of("many keys", answer(GatewayResponse.json(200, Issuer.jwks(many)))),
        Arguments.of("no keys", answer(GatewayResponse.json(200, "{\"keys\":[]}"))),
        Arguments.of("error", answer(GatewayResponse.json(500, Issuer.jwks(NEW.jwk())))),
        Arguments.of("file", answer(redirect("file:/etc/keys"))),
        Arguments.of("metadata", answer(redirect("http://169.254.169.254/"))),
        Arguments.of("flood", (Server.Answer) () -> GatewayResponse.of(200).withBody(flood())));
  }

  private static Server.Answer answer(GatewayResponse response) {
    return () -> response;
  }

  private static GatewayResponse redirect(String location) {
    return GatewayResponse.of(302, Headers.of("location", location), Body.empty());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  @DisplayName("BI-7: what is no set of keys changes nothing, costs little and leads nowhere")
  void whatIsNoSetChangesNothing(String name, Server.Answer answer) {
    RemoteKeys keys = served();
    KeySet before = known(keys);
    server.answer = answer;
    READ.set(0);
    time.advance(15 * 60);
    assertThat(server.fetches).hasValue(2);
    assertThat(known(keys)).isSameAs(before);
    assertThat(READ.get()).isLessThanOrEqualTo((1 << 20) + 2 * 8192);
  }

  @Test
  @DisplayName("BI-7: a server that hangs is left")
  void aServerThatHangsIsLeft() {
    List<Scope> scopes = new ArrayList<>();
    Service hanging =
        new Service() {
          @Override
          public <T> T call(Exchange on, Scope scope, GatewayRequest request, Reader<T> reader) {
            scopes.add(scope);
            time.advance(5);
            scope.check();
            throw new AssertionError("still waiting");
          }
        };
    RemoteKeys keys =
        new RemoteKeys(
            new RemoteKeys.Place(URL, Duration.ofDays(1), Duration.ofSeconds(5), PolicySet.EMPTY),
            hanging,
            time,
            CLOCK,
            Runnable::run);
    keys.fetch();
    assertThat(scopes.getFirst().cancelled()).isTrue();
    assertThat(keys.keys(exchange)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "-                              | -                             | 900",
        "max-age=300                    | -                             | 300",
        "public, Max-Age=\"300\"        | Tue, 01 Jan 2030 02:00:00 GMT | 300",
        "max-age=1                      | -                             | 60",
        "max-age=99999999999            | -                             | 86400",
        "no-store                       | -                             | 60",
        "max-age=x                      | -                             | 900",
        "-                              | Tue, 01 Jan 2030 02:00:00 GMT | 7200",
        "-                              | Mon, 01 Jan 2029 00:00:00 GMT | 60",
        "-                              | 0                             | 900",
      })
  void answersSayHowLongTheyAreFresh(String cacheControl, String expires, long seconds) {
    Headers.Builder headers = Headers.builder();
    if (cacheControl != null) {
      headers.add("cache-control", cacheControl);
    }
    if (expires != null) {
      headers.add("expires", expires);
    }
    assertThat(Freshness.of(headers.build(), CLOCK)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @EnumSource(JwtAuth.Unavailable.class)
  @DisplayName(
      "20 JWKS url: An issuer that is down at the start: tokens wait for it, others do not")
  void anIssuerThatIsDownAtTheStart(JwtAuth.Unavailable unavailable) throws IOException {
    JwtAuth policy = JwtAuth.of(JwtAuth.Provider.of("i", Jwks.url(URL))).onUnavailable(unavailable);
    String token = OLD.token("RS256", "{\"iss\":\"i\",\"exp\":" + (NOW.getEpochSecond() + 9) + "}");
    try (Gateway gateway =
        Gateway.builder()
            .upstream(server)
            .clock(CLOCK)
            .route(
                "r",
                route ->
                    route
                        .policy(policy)
                        .backend(
                            HandlerBackend.of(
                                "ok", (exchange, request) -> GatewayResponse.of(200))))
            .route(
                "same",
                route ->
                    route
                        .matches(dev.postern.core.routing.RouteMatch.pathPrefix("/same"))
                        .policy(policy)
                        .backend(
                            HandlerBackend.of(
                                "ok", (exchange, request) -> GatewayResponse.of(200))))
            .build()) {
      assertThat(status(gateway, null)).isEqualTo(200);
      try (GatewayResponse answer = gateway.handle(request(token))) {
        assertThat(answer.status())
            .isEqualTo(unavailable == JwtAuth.Unavailable.DENY401 ? 401 : 503);
        assertThat(new String(answer.body().readAll(1000), java.nio.charset.StandardCharsets.UTF_8))
            .isEqualTo("authentication unavailable");
      }
      // Two policies with the same place share its keys.
      assertThat(server.fetches).hasValue(1);
    }
  }

  private static GatewayRequest request(String token) {
    return GatewayRequest.get("/").header("authorization", "Bearer " + token).build();
  }

  private static int status(Gateway gateway, String token) {
    GatewayRequest request = token == null ? GatewayRequest.get("/").build() : request(token);
    try (GatewayResponse response = gateway.handle(request)) {
      return response.status();
    }
  }

  @Test
  @DisplayName("JW-4: the first token of a new key is accepted")
  void theFirstTokenOfANewKeyIsAccepted() throws IOException {
    server.serving(OLD);
    JwtAuth policy = JwtAuth.of(JwtAuth.Provider.of("i", Jwks.url(URL)));
    AtomicLong nanos = new AtomicLong(1);
    Timers moved =
        new Timers() {
          @Override
          public Timer schedule(long after, Runnable task) {
            return Timers.system().schedule(after, task);
          }

          @Override
          public long nanoTime() {
            return nanos.get();
          }
        };
    String claims = "{\"iss\":\"i\",\"exp\":" + (NOW.getEpochSecond() + 9) + "}";
    try (Gateway gateway =
        Gateway.builder()
            .upstream(server)
            .clock(CLOCK)
            .timers(moved)
            .route(
                "r",
                route ->
                    route
                        .policy(policy)
                        .backend(
                            HandlerBackend.of(
                                "ok", (exchange, request) -> GatewayResponse.of(200))))
            .build()) {
      assertThat(status(gateway, OLD.token("RS256", claims))).isEqualTo(200);
      server.serving(OLD, NEW);
      assertThat(status(gateway, NEW.token("RS256", claims))).isEqualTo(401);
      nanos.addAndGet(Duration.ofSeconds(10).toNanos());
      assertThat(status(gateway, NEW.token("RS256", claims))).isEqualTo(200);
      assertThat(server.fetches).hasValue(2);
    }
  }
}
