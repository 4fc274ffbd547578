package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.BackendTls;
import dev.postern.core.Buffer;
import dev.postern.core.FrontendPolicies;
import dev.postern.core.GatewayConfig;
import dev.postern.core.Health;
import dev.postern.core.HostBackend;
import dev.postern.core.Http;
import dev.postern.core.Retry;
import dev.postern.core.Tcp;
import dev.postern.core.Timeout;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.ClientBodyException;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.listener.HttpLimits;
import dev.postern.core.spi.Policy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which limit of time ends what, and how that looks to the client and to the operator. */
@org.junit.jupiter.api.Timeout(60)
class TimeoutTest {
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofMinutes(10);

  private static ScriptedUpstream silent() throws IOException {
    return new ScriptedUpstream(connection -> {
      connection.readHead();
      connection.awaitEnd();
    });
  }

  private static Timeout timeouts() {
    return Timeout.none();
  }

  private void assertTimesOut(String expected, Policy... policies) throws Exception {
    for (Door door : Door.values()) {
      try (ScriptedUpstream upstream = silent();
          Stage stage = Stage.before(upstream.address(), policies)) {
        Answer answer = door.get(stage.gateway, "/");
        assertThat(answer.text()).as("%s", door).isEqualTo(expected);
        assertThat(answer.headers().get("cache-control")).isEqualTo("no-store");
        assertThat(stage.fate()).as("%s", door).isEqualTo("Timeout DONE");
        assertThat(upstream.ended.poll(5, TimeUnit.SECONDS)).as("%s", door).isEqualTo("ended");
      }
    }
  }

  @Test
  void requestTimeoutCoversTheWholeRequest() throws Exception {
    assertTimesOut("504 request timeout", timeouts().requestTimeout(SHORT));
  }

  @Test
  void attemptTimeoutCoversOneAttempt() throws Exception {
    assertTimesOut("504 upstream call timeout", timeouts().backendRequestTimeout(SHORT));
  }

  @Test
  void theShorterOfTheTwoSpeaks() throws Exception {
    assertTimesOut(
        "504 request timeout", timeouts().requestTimeout(SHORT).backendRequestTimeout(LONG));
    assertTimesOut(
        "504 upstream call timeout", timeouts().requestTimeout(LONG).backendRequestTimeout(SHORT));
  }

  @Test
  void moreSpecificLimitsOfAnAttemptGoBeforeTheRoutes() throws Exception {
    assertTimesOut(
        "504 upstream call timeout", timeouts().backendRequestTimeout(LONG), new Http(null, SHORT));
    assertTimesOut(
        "504 upstream call timeout",
        timeouts().backendRequestTimeout(LONG),
        Retry.builder().attempts(0).perTryTimeout(SHORT).build());
  }

  @Test
  void requestTimeoutEndsAllAttemptsTogether() throws Exception {
    try (ScriptedUpstream upstream = silent();
        Stage stage =
            Stage.before(
                upstream.address(),
                timeouts().requestTimeout(Duration.ofMillis(500)).backendRequestTimeout(SHORT),
                Retry.builder().attempts(200).build())) {
      assertThat(Door.HTTP_1.get(stage.gateway, "/").text()).isEqualTo("504 request timeout");
      RequestRecord record = stage.record();
      assertThat(record.reason().label()).isEqualTo("Timeout");
      assertThat(record.attempts()).isBetween(2, 6);
    }
  }

  @ParameterizedTest
  @EnumSource
  void connectionThatIsNotMadeInTimeIsAFailureOfTheUpstream(Door door) throws Exception {
    // The connection stands, TLS does not.
    try (ScriptedUpstream upstream = new ScriptedUpstream(ScriptedUpstream.Connection::awaitEnd);
        Stage stage =
            Stage.before(
                upstream.address(),
                BackendTls.system(),
                new Tcp(SHORT),
                timeouts().requestTimeout(LONG))) {
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("503 upstream call failed");
      assertThat(stage.fate()).isEqualTo("UpstreamFailure DONE");
      assertThat(upstream.ended.poll(5, TimeUnit.SECONDS)).isEqualTo("ended");
    }
  }

  /** The limits end with the head: a stream may go on for longer. */
  @ParameterizedTest
  @EnumSource
  void contentMayComeLaterThanTheHeadHadTo(Door door) throws Exception {
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              connection.readHead();
              connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
              // Longer than the head may take.
              connection.socket().setSoTimeout(400);
              connection.awaitEnd();
              connection.write("world");
            });
        Stage stage =
            Stage.before(
                upstream.address(),
                timeouts()
                    .requestTimeout(Duration.ofMillis(200))
                    .backendRequestTimeout(Duration.ofMillis(200)))) {
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("200 helloworld");
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  /** A policy that wants all of the content takes its time from the same account. */
  @ParameterizedTest
  @EnumSource
  void contentThatIsBufferedMustComeInTimeToo(Door door) throws Exception {
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              connection.readHead();
              connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
              connection.awaitEnd();
            });
        Stage stage =
            Stage.before(
                upstream.address(),
                timeouts().requestTimeout(SHORT),
                new Buffer(null, new Buffer.Limit(1000L, Buffer.FailureMode.FAIL_CLOSED)))) {
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("504 request timeout");
      assertThat(stage.fate()).isEqualTo("Timeout DONE");
    }
  }

  @Test
  void clientThatStopsSendingIsToldAndItsUpstreamIsLetGo() throws Exception {
    FrontendPolicies frontend =
        FrontendPolicies.builder()
            .http(HttpLimits.builder().bodyIdleTimeout(SHORT).build())
            .build();
    Health health =
        new Health(new Health.Eviction(Duration.ofMinutes(1), null, null, null, null, null));
    try (ScriptedUpstream upstream = silent();
        ScriptedUpstream other = ScriptedUpstream.answering(ScriptedUpstream.OK);
        Stage stage =
            new Stage(
                Stage.builder()
                    .frontendPolicies(frontend)
                    .route(
                        "r",
                        route ->
                            route
                                .policy(health)
                                .policy(Retry.builder().methods("POST").bufferLimit(0).build())
                                .backend(HostBackend.of(upstream.address(), other.address()))));
        Wire client = new Wire(stage.port())) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhello");
      assertThat(client.answer(false).text()).isEqualTo("408 request timeout");
      assertThat(client.ended()).isTrue();
      RequestRecord record = stage.record();
      assertThat(record.reason().label()).isEqualTo("InvalidRequest");
      assertThat(record.attempts()).isEqualTo(1);
      assertThat(upstream.ended.poll(5, TimeUnit.SECONDS)).isEqualTo("ended");
      assertThat(other.heads).isEmpty();
      // The fault was not the endpoint's: it still is the one that is taken.
      Caller next = Caller.start(Caller.Kind.CLOSING, stage, null);
      assertThat(upstream.awaitHeads(2)).isTrue();
      next.leave();
      stage.record();
    }
  }

  @Test
  void bodyOfACallerThatFailsIsTheCallersFault() throws Exception {
    BodyStream broken =
        new BodyStream() {
          @Override
          public @Nullable ByteBuffer next() throws IOException {
            throw new ClientBodyException(400, "request body cut off", null);
          }

          @Override
          public void close() {}
        };
    try (ScriptedUpstream upstream = silent();
        Stage stage = Stage.before(upstream.address(), Retry.builder().methods("POST").build())) {
      try (GatewayResponse response =
          stage.gateway.handle(GatewayRequest.post("/", Body.of(broken)).build())) {
        assertThat(response.status()).isEqualTo(400);
      }
      assertThat(stage.fate()).isEqualTo("InvalidRequest DONE");
    }
  }

  @Test
  void limitsWrittenInAFileHoldToo() throws Exception {
    try (ScriptedUpstream upstream = silent()) {
      String text =
          """
          gateways:
            default:
              port: 1
          routes:
          - name: r
            policies:
              timeout:
                requestTimeout: 10m
                backendRequestTimeout: 100ms
              retry:
                attempts: 1
            backends:
            - host: %s
          """
              .formatted(upstream.address());
      GatewayConfig config = Configs.parse("test", text, LoadOptions.DEFAULTS).config();
      try (Stage stage = new Stage(Stage.builder(config))) {
        assertThat(Door.HTTP_1.get(stage.gateway, "/").text())
            .isEqualTo("504 upstream call timeout");
        assertThat(stage.record().attempts()).isEqualTo(2);
      }
    }
  }

  @Test
  void limitOfAnAttemptBeyondThatOfTheRequestIsWarnedOf() throws Exception {
    try (ScriptedUpstream upstream = silent();
        Stage stage =
            Stage.before(
                upstream.address(), timeouts().requestTimeout(SHORT).backendRequestTimeout(LONG))) {
      assertThat(stage.gateway.warnings())
          .anySatisfy(warning -> assertThat(warning).contains("backendRequestTimeout"));
    }
  }
}
