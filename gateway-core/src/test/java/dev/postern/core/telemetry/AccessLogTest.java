package dev.postern.core.telemetry;

import static dev.postern.core.telemetry.AccessLog.Format.JSON;
import static dev.postern.core.telemetry.AccessLog.Format.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord.FieldSink;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class AccessLogTest {
  private static final GatewayRequest GET =
      GatewayRequest.get("/v1/models?key=s3cret").authority("api.example.com").build();
  private static final GatewayRequest POST =
      GatewayRequest.post("/v1/chat/completions", Body.empty())
          .authority("api.example.com")
          .build();

  @Test
  void writesAnHttpRequestAsText() {
    assertThat(line(TEXT, requests -> requests.done(GET)))
        .isEqualTo(
            "TIME\tinfo\trequest gateway=default listener=web route_rule=rule0 route=chat"
                + " endpoint=127.0.0.1:9000 src.addr=192.0.2.7:50123 http.method=GET"
                + " http.host=api.example.com http.path=/v1/models http.version=HTTP/1.1"
                + " http.status=200 protocol=http duration=12ms");
  }

  @Test
  void writesWhichPoliciesLetARequestPassWithoutADecision() {
    assertThat(
            line(
                TEXT,
                requests -> {
                  Exchange exchange = requests.serve(GET);
                  exchange.record().failedOpen("extAuthz");
                  exchange.end(Outcome.DONE);
                }))
        .contains(" protocol=http policy.failed_open=extAuthz duration=");
  }

  @Test
  void writesAnHttpRequestAsJson() {
    assertThat(line(JSON, requests -> requests.done(GET)))
        .isEqualTo(
            "{\"level\":\"info\",\"time\":\"TIME\",\"scope\":\"request\",\"gateway\":\"default\","
                + "\"listener\":\"web\",\"route_rule\":\"rule0\",\"route\":\"chat\","
                + "\"endpoint\":\"127.0.0.1:9000\",\"src.addr\":\"192.0.2.7:50123\","
                + "\"http.method\":\"GET\",\"http.host\":\"api.example.com\","
                + "\"http.path\":\"/v1/models\",\"http.version\":\"HTTP/1.1\",\"http.status\":200,"
                + "\"protocol\":\"http\",\"duration\":\"12ms\",\"duration_ms\":12}");
  }

  @Test
  void writesWhatTheProtocolAddsBetweenProtocolAndError() {
    Consumer<TestRequests> llm =
        requests -> {
          Exchange exchange = requests.serve(POST);
          exchange.record().protocol("llm");
          exchange.record().trace("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
          exchange.record().protocolFields(AccessLogTest::llmFields);
          requests.pass(Duration.ofMillis(1500));
          exchange.end(Outcome.DONE);
        };

    assertThat(line(TEXT, llm))
        .endsWith(
            " http.status=200 trace.id=4bf92f3577b34da6a3ce929d0e0e4736 span.id=00f067aa0ba902b7"
                + " protocol=llm gen_ai.operation.name=chat gen_ai.request.model=gpt-4.1-mini"
                + " gen_ai.usage.input_tokens=12 agw.ai.time_to_first_token=0.0005"
                + " duration=1505ms");
    assertThat(line(JSON, llm))
        .endsWith(
            ",\"http.status\":200,\"trace.id\":\"4bf92f3577b34da6a3ce929d0e0e4736\","
                + "\"span.id\":\"00f067aa0ba902b7\",\"protocol\":\"llm\","
                + "\"gen_ai.operation.name\":\"chat\",\"gen_ai.request.model\":\"gpt-4.1-mini\","
                + "\"gen_ai.usage.input_tokens\":12,\"agw.ai.time_to_first_token\":0.0005,"
                + "\"duration\":\"1505ms\",\"duration_ms\":1505}");
  }

  private static void llmFields(FieldSink sink) {
    sink.field("gen_ai.operation.name", "chat");
    sink.field("gen_ai.request.model", "gpt-4.1-mini");
    sink.field("gen_ai.usage.input_tokens", 12);
    sink.field("agw.ai.time_to_first_token", 0.0005);
    sink.field("agw.ai.usage.cost.total", Double.NaN);
  }

  @Test
  void writesARefusalWithItsErrorAndReason() {
    Consumer<TestRequests> refused =
        requests -> {
          Exchange exchange = requests.start(GET);
          exchange.record().status(404);
          exchange.record().reason(Reason.NOT_FOUND, "no route for /v1/models?key=s3cret");
          requests.pass(Duration.ofNanos(734_567));
          exchange.end(Outcome.DONE);
        };

    assertThat(line(TEXT, refused))
        .isEqualTo(
            "TIME\tinfo\trequest gateway=default listener=web src.addr=192.0.2.7:50123"
                + " http.method=GET http.host=api.example.com http.path=/v1/models"
                + " http.version=HTTP/1.1 http.status=404 protocol=http"
                + " error=\"no route for /v1/models?key=<redacted>\" reason=NotFound"
                + " duration=0ms");
    assertThat(line(JSON, refused))
        .endsWith(
            "\"http.status\":404,\"protocol\":\"http\","
                + "\"error\":\"no route for /v1/models?key=<redacted>\",\"reason\":\"NotFound\","
                + "\"duration\":\"0ms\",\"duration_ms\":0.734}");
  }

  @Test
  void writesHowOftenARequestWasRepeated() {
    Consumer<TestRequests> repeated =
        requests -> {
          Exchange exchange = requests.serve(GET);
          exchange.record().attempts(3);
          exchange.end(Outcome.DONE);
        };

    assertThat(line(TEXT, repeated)).endsWith(" protocol=http retry.attempt=2 duration=5ms");
    assertThat(line(JSON, repeated))
        .endsWith(
            "\"protocol\":\"http\",\"retry.attempt\":2,\"duration\":\"5ms\",\"duration_ms\":5}");
  }

  @Test
  void writesResponsesThatWereCutShortWithTheReason() {
    assertThat(line(TEXT, requests -> requests.serve(GET).end(Outcome.ABANDONED)))
        .endsWith(" protocol=http reason=Cancelled duration=5ms");
    assertThat(
            line(
                TEXT,
                requests -> requests.serve(GET).end(Outcome.failed(new IOException("reset")))))
        .endsWith(
            " protocol=http error=\"java.io.IOException: reset\" reason=UpstreamFailure"
                + " duration=5ms");
    assertThat(
            line(
                TEXT,
                requests ->
                    requests
                        .serve(GET)
                        .end(Outcome.failed(Reason.TIMEOUT.exception("stream idle timeout")))))
        .endsWith(" protocol=http error=\"stream idle timeout\" reason=Timeout duration=5ms");
  }

  @Test
  void writesInProcessCallsWithoutAnAddress() {
    assertThat(
            line(TEXT, requests -> requests.start(Connection.inProcess(), GET).end(Outcome.DONE)))
        .isEqualTo(
            "TIME\tinfo\trequest gateway=default listener=web http.method=GET"
                + " http.host=api.example.com http.path=/v1/models http.version=HTTP/1.1"
                + " protocol=http duration=0ms");
  }

  @Test
  void leavesOutRemovedFields() {
    StringBuilder log = new StringBuilder();
    try (Telemetry telemetry = telemetry(log, TEXT)) {
      telemetry.projections(
          projections(AccessLog.DEFAULT.remove("http.path", "src.addr", "http.status")));
      new TestRequests(telemetry).done(GET);
    }

    assertThat(log.toString())
        .endsWith(
            " endpoint=127.0.0.1:9000 http.method=GET http.host=api.example.com"
                + " http.version=HTTP/1.1 protocol=http duration=12ms\n");
  }

  @Test
  void showsIdsAtLevelDebugAndNothingWhenOff() {
    StringBuilder log = new StringBuilder();
    try (Telemetry telemetry = telemetry(log, TEXT)) {
      TestRequests requests = new TestRequests(telemetry);
      telemetry.accessLogLevel(Level.OFF);
      requests.done(GET);
      telemetry.accessLogLevel(Level.DEBUG);
      requests.done(GET);
    }

    assertThat(log.toString().lines())
        .singleElement()
        .asString()
        .contains("\trequest connection.id=c1 request.id=r1 gateway=default ");
  }

  @Test
  void losesNoLineWhenItIsClosed() {
    StringBuilder log = new StringBuilder();
    try (Telemetry telemetry = telemetry(log, TEXT)) {
      TestRequests requests = new TestRequests(telemetry);
      for (int i = 0; i < 10_000; i++) {
        requests.done(GET);
      }
    }

    assertThat(log.toString().lines()).hasSize(10_000);
  }

  @Test
  void writesAddedFieldsAtTheEnd() {
    AccessLog settings =
        AccessLog.DEFAULT
            .add("team", "'blue = 1'")
            .add("path", "request.path")
            .add("code", "response.code")
            .add("ok", "true")
            .add("list", "['a', 2, null]")
            .add("map", "{'k': {'n': 1.5}, 'token': 'Bearer abcdefgh1234'}")
            .add("nothing", "null")
            .add("broken", "fail()");

    assertThat(line(TEXT, settings, requests -> requests.done(GET)))
        .endsWith(
            " protocol=http duration=12ms team=\"blue = 1\" path=/v1/models code=200"
                + " ok=true list=\"[\\\"a\\\",2,null]\""
                + " map=\"{\\\"k\\\":{\\\"n\\\":1.5},\\\"token\\\":\\\"Bearer <redacted>\\\"}\"");
    assertThat(line(JSON, settings, requests -> requests.done(GET)))
        .endsWith(
            ",\"duration\":\"12ms\",\"duration_ms\":12,\"team\":\"blue = 1\","
                + "\"path\":\"/v1/models\",\"code\":200,\"ok\":true,\"list\":[\"a\",2,null],"
                + "\"map\":{\"k\":{\"n\":1.5},\"token\":\"Bearer <redacted>\"}}");
  }

  @Test
  void anAddedFieldStandsInPlaceOfTheOneOfItsName() {
    AccessLog settings =
        AccessLog.DEFAULT
            .remove("http.method")
            .add("http.path", "'/hidden'")
            .add("http.method", "'put back'")
            .add("http.host", "fail()");

    assertThat(line(TEXT, settings, requests -> requests.done(GET)))
        .doesNotContain("/v1/models")
        .contains(" http.host=api.example.com ")
        .endsWith(" duration=12ms http.path=/hidden http.method=\"put back\"");
  }

  @Test
  void writesOnlyWhatPassesTheFilter() {
    AccessLog settings = AccessLog.DEFAULT.filter("response.code == 200");
    StringBuilder log = new StringBuilder();
    try (Telemetry telemetry = telemetry(log, TEXT)) {
      telemetry.projections(projections(settings));
      TestRequests requests = new TestRequests(telemetry);
      requests.done(GET);
      requests.done(GET, 503);
      telemetry.projections(projections(AccessLog.DEFAULT.filter("fail()")));
      requests.done(GET);
    }

    assertThat(log.toString().lines()).singleElement().asString().contains("http.status=200");
  }

  @Test
  void aRequestEndsWithTheSettingsItBeganWith() {
    StringBuilder log = new StringBuilder();
    try (Telemetry telemetry = telemetry(log, TEXT)) {
      telemetry.projections(projections(AccessLog.DEFAULT.add("since", "'before'")));
      TestRequests requests = new TestRequests(telemetry);
      Exchange exchange = requests.serve(GET);
      telemetry.projections(projections(AccessLog.DEFAULT.add("since", "'after'")));
      exchange.end(Outcome.DONE);
    }

    assertThat(log.toString()).endsWith(" since=before\n");
  }

  @Test
  void cutsLongStructuresIntoTexts() {
    AccessLog settings = AccessLog.DEFAULT.add("long", "['" + "a".repeat(5000) + "', 1]");

    assertThat(line(JSON, settings, requests -> requests.done(GET)))
        .contains(",\"long\":\"[\\\"aaaa")
        .endsWith("...[truncated]\"}");
  }

  private static String line(AccessLog.Format format, Consumer<TestRequests> play) {
    return line(format, AccessLog.DEFAULT, play);
  }

  private static Projections projections(AccessLog settings) {
    return FakeExpressions.compiled(settings, Tracing.DEFAULT, MetricLabels.DEFAULT);
  }

  private static String line(
      AccessLog.Format format, AccessLog settings, Consumer<TestRequests> play) {
    StringBuilder log = new StringBuilder();
    try (Telemetry telemetry = telemetry(log, format)) {
      telemetry.projections(projections(settings));
      play.accept(new TestRequests(telemetry));
    }
    assertThat(log.toString()).endsWith("\n");
    String line = log.substring(0, log.length() - 1);
    String masked =
        line.replaceFirst("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z", "TIME");
    assertThat(masked).contains("TIME").doesNotContain("\n");
    return masked;
  }

  private static Telemetry telemetry(StringBuilder log, AccessLog.Format format) {
    return Telemetry.builder().accessLog(LogSink.to(log), format).build();
  }
}
