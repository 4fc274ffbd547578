package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.Service;
import dev.postern.core.telemetry.OutboundCall;
import dev.postern.core.text.Secret;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How policies ask services. */
class ServiceShapeTest {
  private final MockWebServer server = new MockWebServer();
  private final List<RequestRecord> records = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server.start();
    server.enqueue(new MockResponse.Builder().code(209).body("yes").build());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Answers with the status that a service answers. */
  private record Asking(Backend target, PolicySet policies, GatewayRequest request)
      implements InterceptingPolicy {
    static Asking of(Backend target) {
      return new Asking(target, PolicySet.EMPTY, GatewayRequest.get("/ask?a=1").build());
    }

    @Override
    public String kind() {
      return "asking";
    }

    @Override
    public Phase phase(Place place) {
      return place == Place.BACKEND ? Phase.BACKEND_EXT_AUTHZ : Phase.EXT_AUTHZ;
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      Service service = context.service(target, policies, OutboundCall.Kind.EXT_AUTHZ);
      return (exchange, asked, next) ->
          service.call(
              exchange,
              exchange.scope(),
              request,
              answer -> GatewayResponse.of(answer.status(), answer.headers(), answer.body()));
    }
  }

  private GatewayBuilder behind(Asking policy) {
    return Gateway.builder()
        .requestListener(records::add)
        .route(
            "r",
            route -> route.policy(policy).backend(HandlerBackend.of("f", ServiceShapeTest::no)));
  }

  private static GatewayResponse no(Exchange exchange, GatewayRequest request) {
    throw new AssertionError("not to be reached");
  }

  private RecordedRequest asked(GatewayBuilder builder) throws Exception {
    try (Gateway gateway = builder.build()) {
      GatewayRequest request =
          GatewayRequest.get("/r")
              .authority("g.example")
              .header("x-forwarded-for", "203.0.113.9")
              .build();
      try (GatewayResponse response = gateway.handle(request)) {
        assertThat(response.status()).isEqualTo(209);
      }
    }
    return server.takeRequest();
  }

  @Test
  void aHostIsAskedWithTheRequestThatThePolicyMade() throws Exception {
    RecordedRequest seen = asked(behind(Asking.of(HostBackend.of(address()))));
    assertThat(seen.getTarget()).isEqualTo("/ask?a=1");
    assertThat(seen.getHeaders().get("host")).isEqualTo(address());
    assertThat(seen.getHeaders().names()).doesNotContain("x-forwarded-for", "x-forwarded-proto");
  }

  @Test
  void theAuthorityIsThatOfTheRequestIfItHasOne() throws Exception {
    GatewayRequest request = GatewayRequest.get("/").authority("local.example").build();
    Asking policy = new Asking(HostBackend.of(address()), PolicySet.EMPTY, request);
    assertThat(asked(behind(policy)).getHeaders().get("host")).isEqualTo("local.example");
  }

  @Test
  void policiesOfTheCallAndOfTheNamedBackendHold() throws Exception {
    PolicySet own = PolicySet.of(BackendAuth.key(Secret.of("s3cret")));
    Asking policy = new Asking(new BackendReference("a"), own, GatewayRequest.get("/").build());
    RecordedRequest seen =
        asked(behind(policy).backend("a", HostBackend.of(address()), Http.version("HTTP/1.1")));
    assertThat(seen.getHeaders().get("authorization")).isEqualTo("Bearer s3cret");
  }

  @Test
  void theRecordOfTheRequestKnowsNothingOfTheCall() throws Exception {
    asked(behind(Asking.of(HostBackend.of(address()))));
    assertThat(records).hasSize(1);
    RequestRecord record = records.getFirst();
    assertThat(record.endpoint()).isNull();
    assertThat(record.attempts()).isZero();
    assertThat(record.upstreamStartNanos()).isZero();
    assertThat(record.status()).isEqualTo(209);
  }

  @Test
  void theCallCountsAsOneOfAPolicy() throws Exception {
    InMemoryMetricReader metrics = InMemoryMetricReader.create();
    SdkMeterProvider meters = SdkMeterProvider.builder().registerMetricReader(metrics).build();
    try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder().setMeterProvider(meters).build()) {
      asked(behind(Asking.of(HostBackend.of(address()))).openTelemetry(sdk));
      List<HistogramPointData> calls =
          metrics.collectAllMetrics().stream()
              .filter(
                  metric -> metric.getName().equals("agentgateway_upstream_call_duration_seconds"))
              .flatMap(metric -> metric.getHistogramData().getPoints().stream())
              .toList();
      assertThat(calls).hasSize(1);
      assertThat(calls.getFirst().getAttributes().get(AttributeKey.stringKey("kind")))
          .isEqualTo("Policy");
      assertThat(calls.getFirst().getAttributes().get(AttributeKey.stringKey("subtype")))
          .isEqualTo("ExtAuthz");
    }
  }

  @Test
  void targetsThatDoNotExistAreRefused() {
    assertThatThrownBy(behind(Asking.of(new BackendReference("b")))::build)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("routes.r.policies: unknown backend b");
  }

  @Test
  void aServiceThatIsAskedOnTheWayToItselfIsRefused() {
    Asking circle = Asking.of(new BackendReference("a"));
    GatewayBuilder builder =
        Gateway.builder()
            .backend("a", HostBackend.of(address()), circle)
            .route("r", route -> route.backend(new BackendReference("a")));
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("backends refer to one another in a circle: a > a");
  }
}
