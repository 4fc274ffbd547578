package dev.postern.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final String ROUTE_LABELS =
      "backend=\"models\",bind=\"bind/8080\",gateway=\"default\",listener=\"web\"";
  private static final GatewayRequest GET = GatewayRequest.get("/v1/models").build();

  private final PrometheusText prometheus = new PrometheusText();
  private final Telemetry telemetry =
      Telemetry.builder().openTelemetry(prometheus.openTelemetry()).build();
  private final TestRequests requests = new TestRequests(telemetry);

  @AfterEach
  void close() {
    telemetry.close();
    prometheus.close();
  }

  @Test
  void aFreshGatewayShowsItsBuildAndItsConfiguration() {
    telemetry.configured();

    assertThat(prometheus.scrape())
        .isEqualTo(
            """
            # HELP agentgateway_build_info The version that runs.
            # TYPE agentgateway_build_info gauge
            agentgateway_build_info{tag="unknown"} 1
            # HELP agentgateway_config_synchronized 1 while the newest configuration is in use, \
            0 after a bad one.
            # TYPE agentgateway_config_synchronized gauge
            agentgateway_config_synchronized 1.0
            """);
  }

  @Test
  void aPolicyThatLetARequestPassWithoutADecisionCounts() {
    Exchange exchange = requests.serve(GET);
    exchange.record().failedOpen("extAuthz");
    exchange.end(Outcome.DONE);

    assertThat(prometheus.scrape())
        .contains(
            "agentgateway_policy_failed_open_total{bind=\"bind/8080\",gateway=\"default\","
                + "listener=\"web\",policy=\"extAuthz\",route=\"chat\",route_rule=\"rule0\"} 1.0");
  }

  @Test
  void aServedRequestShowsInAllRequestMetrics() {
    Exchange exchange = requests.serve(GET);
    exchange.record().attempts(3);
    requests.pass(Duration.ofMillis(7));
    exchange.end(Outcome.DONE);

    String request =
        "backend=\"models\",bind=\"bind/8080\",gateway=\"default\",listener=\"web\","
            + "method=\"GET\",protocol=\"http\",reason=\"Upstream\",route=\"chat\","
            + "route_rule=\"rule0\",status=\"200\"";
    String route = ROUTE_LABELS + ",route=\"chat\",route_rule=\"rule0\"";
    assertThat(prometheus.scrape())
        .isEqualTo(
            """
            # HELP agentgateway_build_info The version that runs.
            # TYPE agentgateway_build_info gauge
            agentgateway_build_info{tag="unknown"} 1
            # HELP agentgateway_request_duration_seconds Time from the first byte of a request to \
            the last byte of its response.
            # TYPE agentgateway_request_duration_seconds histogram
            agentgateway_request_duration_seconds_bucket{REQUEST,le="0.001"} 0
            agentgateway_request_duration_seconds_bucket{REQUEST,le="0.005"} 0
            agentgateway_request_duration_seconds_bucket{REQUEST,le="0.01"} 0
            agentgateway_request_duration_seconds_bucket{REQUEST,le="0.025"} 1
            agentgateway_request_duration_seconds_bucket{REQUEST,le="0.05"} 1
            agentgateway_request_duration_seconds_bucket{REQUEST,le="0.1"} 1
            agentgateway_request_duration_seconds_bucket{REQUEST,le="0.25"} 1
            agentgateway_request_duration_seconds_bucket{REQUEST,le="0.5"} 1
            agentgateway_request_duration_seconds_bucket{REQUEST,le="1.0"} 1
            agentgateway_request_duration_seconds_bucket{REQUEST,le="2.5"} 1
            agentgateway_request_duration_seconds_bucket{REQUEST,le="5.0"} 1
            agentgateway_request_duration_seconds_bucket{REQUEST,le="10.0"} 1
            agentgateway_request_duration_seconds_bucket{REQUEST,le="30.0"} 1
            agentgateway_request_duration_seconds_bucket{REQUEST,le="80.0"} 1
            agentgateway_request_duration_seconds_bucket{REQUEST,le="+Inf"} 1
            agentgateway_request_duration_seconds_count{REQUEST} 1
            agentgateway_request_duration_seconds_sum{REQUEST} 0.012
            # HELP agentgateway_request_processing_seconds Time the gateway worked before it called \
            upstream.
            # TYPE agentgateway_request_processing_seconds histogram
            agentgateway_request_processing_seconds_bucket{ROUTE,le="5.0E-5"} 0
            agentgateway_request_processing_seconds_bucket{ROUTE,le="1.0E-4"} 0
            agentgateway_request_processing_seconds_bucket{ROUTE,le="2.5E-4"} 0
            agentgateway_request_processing_seconds_bucket{ROUTE,le="5.0E-4"} 0
            agentgateway_request_processing_seconds_bucket{ROUTE,le="0.001"} 1
            agentgateway_request_processing_seconds_bucket{ROUTE,le="0.0025"} 1
            agentgateway_request_processing_seconds_bucket{ROUTE,le="0.005"} 1
            agentgateway_request_processing_seconds_bucket{ROUTE,le="0.01"} 1
            agentgateway_request_processing_seconds_bucket{ROUTE,le="0.05"} 1
            agentgateway_request_processing_seconds_bucket{ROUTE,le="0.25"} 1
            agentgateway_request_processing_seconds_bucket{ROUTE,le="+Inf"} 1
            agentgateway_request_processing_seconds_count{ROUTE} 1
            agentgateway_request_processing_seconds_sum{ROUTE} 0.001
            # HELP agentgateway_requests_total Requests that have ended.
            # TYPE agentgateway_requests_total counter
            agentgateway_requests_total{REQUEST} 1.0
            # HELP agentgateway_requests_in_flight Requests that have not ended.
            # TYPE agentgateway_requests_in_flight gauge
            agentgateway_requests_in_flight{bind="bind/8080",gateway="default",listener="web",\
            protocol="http"} 0.0
            # HELP agentgateway_response_bytes_total Body bytes sent to clients.
            # TYPE agentgateway_response_bytes_total counter
            agentgateway_response_bytes_total{REQUEST} 100.0
            # HELP agentgateway_response_processing_seconds Time the gateway worked on a response \
            after its head came from upstream.
            # TYPE agentgateway_response_processing_seconds histogram
            agentgateway_response_processing_seconds_bucket{ROUTE,le="5.0E-5"} 0
            agentgateway_response_processing_seconds_bucket{ROUTE,le="1.0E-4"} 0
            agentgateway_response_processing_seconds_bucket{ROUTE,le="2.5E-4"} 0
            agentgateway_response_processing_seconds_bucket{ROUTE,le="5.0E-4"} 0
            agentgateway_response_processing_seconds_bucket{ROUTE,le="0.001"} 1
            agentgateway_response_processing_seconds_bucket{ROUTE,le="0.0025"} 1
            agentgateway_response_processing_seconds_bucket{ROUTE,le="0.005"} 1
            agentgateway_response_processing_seconds_bucket{ROUTE,le="0.01"} 1
            agentgateway_response_processing_seconds_bucket{ROUTE,le="0.05"} 1
            agentgateway_response_processing_seconds_bucket{ROUTE,le="0.25"} 1
            agentgateway_response_processing_seconds_bucket{ROUTE,le="+Inf"} 1
            agentgateway_response_processing_seconds_count{ROUTE} 1
            agentgateway_response_processing_seconds_sum{ROUTE} 0.001
            # HELP agentgateway_retries_total Attempts that repeated an earlier one.
            # TYPE agentgateway_retries_total counter
            agentgateway_retries_total{REQUEST} 2.0
            """
                .replace("REQUEST", request)
                .replace("ROUTE", route));
  }

  @Test
  void aRefusedRequestShowsItsReasonAndUnknownForWhatIsMissing() {
    Exchange exchange =
        requests.start(Connection.inProcess(), GatewayRequest.builder("BREW", "/").build());
    exchange.record().status(404);
    exchange.record().reason(Reason.NOT_FOUND, "route not found");
    exchange.end(Outcome.DONE);

    assertThat(prometheus.lines("agentgateway_requests_total"))
        .containsExactly(
            "agentgateway_requests_total{backend=\"unknown\",bind=\"unknown\",gateway=\"default\","
                + "listener=\"web\",method=\"other\",protocol=\"http\",reason=\"NotFound\","
                + "route=\"unknown\",route_rule=\"unknown\",status=\"404\"} 1.0");
    assertThat(prometheus.scrape()).doesNotContain("request_processing");
  }

  @Test
  void requestsAreInFlightUntilTheyEnd() {
    String series =
        "agentgateway_requests_in_flight{bind=\"bind/8080\",gateway=\"default\",listener=\"web\","
            + "protocol=\"http\"} ";
    requests.start(GET);
    Exchange exchange = requests.start(GET);

    assertThat(prometheus.lines("agentgateway_requests_in_flight")).containsExactly(series + "2.0");
    exchange.end(Outcome.ABANDONED);
    assertThat(prometheus.lines("agentgateway_requests_in_flight")).containsExactly(series + "1.0");
  }

  @Test
  void connectionsShowByListener() {
    ListenerMetrics listener = telemetry.listener(8443, "default", null, "https");
    listener.accepted();
    listener.handshake(Duration.ofMillis(3).toNanos());
    listener.closed(1000, 2000);

    String labels =
        "{bind=\"bind/8443\",gateway=\"default\",listener=\"unknown\",protocol=\"https\"}";
    assertThat(prometheus.lines("agentgateway_downstream"))
        .containsExactly(
            "agentgateway_downstream_connections_total" + labels + " 1.0",
            "agentgateway_downstream_received_bytes_total" + labels + " 1000.0",
            "agentgateway_downstream_sent_bytes_total" + labels + " 2000.0");
    assertThat(prometheus.lines("agentgateway_tls_handshake_duration_seconds"))
        .contains(
            "agentgateway_tls_handshake_duration_seconds_bucket{bind=\"bind/8443\","
                + "gateway=\"default\",listener=\"unknown\",protocol=\"https\",le=\"0.0015\"} 0",
            "agentgateway_tls_handshake_duration_seconds_bucket{bind=\"bind/8443\","
                + "gateway=\"default\",listener=\"unknown\",protocol=\"https\",le=\"0.0043\"} 1",
            "agentgateway_tls_handshake_duration_seconds_sum" + labels + " 0.003");
  }

  @Test
  void upstreamCallsAndConnectionsShowByKind() {
    Exchange exchange = requests.start(GET);
    ObservedCall call = telemetry.call(exchange, OutboundCall.LLM);
    requests.pass(Duration.ofMillis(20));
    call.head(200);
    call.failed(new IllegalStateException("after its end"));
    telemetry.upstreamConnected("tls", Duration.ofMillis(40).toNanos());

    assertThat(prometheus.lines("agentgateway_upstream"))
        .hasSize(17 + 13)
        .contains(
            "agentgateway_upstream_call_duration_seconds_bucket{kind=\"Primary\",subtype=\"Llm\","
                + "le=\"0.025\"} 1",
            "agentgateway_upstream_call_duration_seconds_count{kind=\"Primary\",subtype=\"Llm\"} 1",
            "agentgateway_upstream_connect_duration_seconds_bucket{transport=\"tls\",le=\"0.0368\"}"
                + " 0",
            "agentgateway_upstream_connect_duration_seconds_bucket{transport=\"tls\",le=\"0.108\"}"
                + " 1",
            "agentgateway_upstream_connect_duration_seconds_bucket{transport=\"tls\",le=\"8.0\"} 1",
            "agentgateway_upstream_connect_duration_seconds_sum{transport=\"tls\"} 0.04");
    assertThat(exchange.record().upstreamHeadNanos() - exchange.record().upstreamStartNanos())
        .isEqualTo(Duration.ofMillis(20).toNanos());
  }

  @Test
  void reloadsShowWhatBecameOfThem() {
    telemetry.configured();
    telemetry.reloaded(Telemetry.Reload.APPLIED);
    telemetry.reloaded(Telemetry.Reload.REJECTED);

    assertThat(prometheus.lines("agentgateway_config"))
        .containsExactly(
            "agentgateway_config_reloads_total{result=\"applied\"} 1.0",
            "agentgateway_config_reloads_total{result=\"rejected\"} 1.0",
            "agentgateway_config_synchronized 0.0");
    telemetry.reloaded(Telemetry.Reload.APPLIED);
    assertThat(prometheus.lines("agentgateway_config_synchronized"))
        .containsExactly("agentgateway_config_synchronized 1.0");
  }

  @Test
  void seriesBeyondTheLimitFoldIntoOne() {
    Telemetry bounded =
        Telemetry.builder()
            .openTelemetry(prometheus.openTelemetry())
            .metrics(new Metrics(List.of(), 20))
            .build();
    TestRequests many = new TestRequests(bounded);
    for (int status = 100; status < 150; status++) {
      Exchange exchange = many.serve(GET);
      exchange.record().status(status);
      exchange.end(Outcome.DONE);
    }

    assertThat(prometheus.lines("agentgateway_requests_total"))
        .hasSize(21)
        .contains(
            "agentgateway_requests_total{backend=\"other\",bind=\"other\",gateway=\"other\","
                + "listener=\"other\",method=\"other\",protocol=\"other\",reason=\"other\","
                + "route=\"other\",route_rule=\"other\",status=\"other\"} 30.0");
    assertThat(prometheus.lines("agentgateway_metric_series_dropped_total"))
        .containsExactly(
            "agentgateway_metric_series_dropped_total{metric=\"agentgateway_requests_total\"}"
                + " 30.0");
  }

  @Test
  void addedLabelsStandOnAllMetricsOfRequests() {
    telemetry.projections(
        labels(
            new MetricLabels(Map.of())
                .add("team", "request.headers.x-team")
                .add("code", "response.code")
                .add("nothing", "null")));
    Exchange exchange = requests.serve(GET.toBuilder().header("x-team", "blue").build());
    exchange.record().attempts(2);
    exchange.end(Outcome.DONE);

    for (String metric :
        List.of(
            "agentgateway_requests_total",
            "agentgateway_request_duration_seconds_count",
            "agentgateway_response_bytes_total",
            "agentgateway_retries_total",
            "agentgateway_request_processing_seconds_count",
            "agentgateway_response_processing_seconds_count")) {
      assertThat(prometheus.lines(metric))
          .as(metric)
          .singleElement()
          .asString()
          .contains("code=\"200\"", "nothing=\"unknown\"", "team=\"blue\"");
    }
  }

  @Test
  void anAddedLabelThatFailsIsUnknown() {
    telemetry.projections(labels(new MetricLabels(Map.of()).add("team", "fail()")));
    requests.done(GET);

    assertThat(prometheus.lines("agentgateway_requests_total"))
        .singleElement()
        .asString()
        .contains("team=\"unknown\"");
  }

  @Test
  void aLabelHasAtMost500ValuesBesideOther() {
    telemetry.projections(labels(new MetricLabels(Map.of()).add("user", "request.path")));
    for (int i = 0; i < 600; i++) {
      requests.done(GatewayRequest.get("/u" + i).build());
    }

    assertThat(prometheus.lines("agentgateway_requests_total"))
        .hasSize(501)
        .anySatisfy(line -> assertThat(line).contains("user=\"other\"").endsWith(" 100.0"));
  }

  @Test
  void seriesOfAddedLabelsFoldIntoOneWhoseLabelsAreOther() {
    Telemetry bounded =
        Telemetry.builder()
            .openTelemetry(prometheus.openTelemetry())
            .metrics(new Metrics(List.of(), 20))
            .build();
    bounded.projections(labels(new MetricLabels(Map.of()).add("user", "request.path")));
    TestRequests many = new TestRequests(bounded);
    for (int i = 0; i < 50; i++) {
      many.done(GatewayRequest.get("/u" + i).build());
    }

    assertThat(prometheus.lines("agentgateway_requests_total"))
        .hasSize(21)
        .contains(
            "agentgateway_requests_total{backend=\"other\",bind=\"other\",gateway=\"other\","
                + "listener=\"other\",method=\"other\",protocol=\"other\",reason=\"other\","
                + "route=\"other\",route_rule=\"other\",status=\"other\",user=\"other\"} 30.0");
  }

  @Test
  void labelsThatMetricsHaveByThemselvesCannotBeAdded() {
    for (String name : List.of("status", "route", "gen_ai_request_model", "le")) {
      assertThatThrownBy(() -> MetricLabels.DEFAULT.add(name, "1"))
          .hasMessage(
              "add: " + name + " (expected: a label that metrics do not have by themselves)");
    }
    assertThatThrownBy(() -> MetricLabels.DEFAULT.add("a b", "1"))
        .hasMessage("add: \"a b\" (expected: letters, digits, underscores and dots)");
  }

  private static Projections labels(MetricLabels labels) {
    return FakeExpressions.compiled(AccessLog.DEFAULT, Tracing.DEFAULT, labels);
  }

  @Test
  void removedMetricsAreNotCollected() {
    try (PrometheusText other = new PrometheusText();
        Telemetry less =
            Telemetry.builder()
                .openTelemetry(other.openTelemetry())
                .metrics(
                    new Metrics(
                        List.of(
                            "agentgateway_request_duration_seconds",
                            "response_bytes",
                            "requests_in_flight",
                            "build_info"),
                        2000))
                .build()) {
      new TestRequests(less).done(GET);

      assertThat(other.scrape())
          .contains("agentgateway_requests_total{")
          .doesNotContain("request_duration", "response_bytes", "in_flight", "build");
    }
  }

  @Test
  @DisplayName("20 log and metric sinks: lines that are lost are counted")
  void linesTheSinkDoesNotTakeAreCounted() {
    Telemetry logging =
        Telemetry.builder()
            .openTelemetry(prometheus.openTelemetry())
            .accessLog(
                lines -> {
                  throw new IOException("expected by this test");
                },
                AccessLog.Format.TEXT)
            .build();
    TestRequests logged = new TestRequests(logging);
    logged.done(GET);
    logged.done(GET);
    logging.close();

    assertThat(prometheus.lines("agentgateway_telemetry_dropped_total"))
        .containsExactly(
            "agentgateway_telemetry_dropped_total{reason=\"sink_failed\",signal=\"log\"} 2.0");
  }
}
