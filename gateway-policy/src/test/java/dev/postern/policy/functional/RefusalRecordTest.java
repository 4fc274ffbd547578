package dev.postern.policy.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.HostBackend;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.RouteBackend;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import dev.postern.core.testing.TestPolicy;
import dev.postern.core.text.Secret;
import dev.postern.policy.authn.ApiKey;
import dev.postern.policy.authn.AuthenticationMode;
import dev.postern.policy.authz.Authorization;
import dev.postern.policy.authz.Rule;
import dev.postern.policy.functional.Doorway.Answer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is known afterwards of an error that a policy made, and what the caller is told. */
class RefusalRecordTest {
  private static final String KEY = "key-0123456789";

  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  private final List<String> log = new CopyOnWriteArrayList<>();

  private Gateway gateway(Policy... policies) throws IOException {
    return Gateway.builder()
        .gateway("default", Bind.port(0).address("127.0.0.1"))
        .openTelemetry(
            OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
                .build())
        .accessLog(LogSink.lines(log::add), AccessLog.Format.TEXT)
        .route(
            "r",
            route -> {
              List.of(policies).forEach(route::policy);
              route.backend(
                  HandlerBackend.of("ok", (exchange, request) -> GatewayResponse.of(200)));
            })
        .build()
        .start();
  }

  @ParameterizedTest
  @CsvSource({
    "IN_PROCESS, , 401, apiKey, APIKeyAuth, apiKey: no key",
    "LISTENER, , 401, apiKey, APIKeyAuth, apiKey: no key",
    "IN_PROCESS, key-0123456789, 403, authorization, Authorization, deny secret-rule",
    "LISTENER, key-0123456789, 403, authorization, Authorization, deny secret-rule",
  })
  @DisplayName("ER-7: an error counts once with reason and policy; the log alone names the rule")
  void anErrorCountsOnceWithReasonAndPolicy(
      Doorway door, String key, int status, String policy, String reason, String error)
      throws IOException {
    Gateway gateway =
        gateway(
            ApiKey.of(ApiKey.Key.of(Secret.of(KEY))).mode(AuthenticationMode.STRICT),
            Authorization.of(Rule.deny("request.path == '/closed'").named("secret-rule")));
    GatewayRequest.Builder request = GatewayRequest.get("/closed");
    Answer answer =
        door.send(
            gateway,
            (key == null ? request : request.header("authorization", "Bearer " + key)).build());
    gateway.close(Duration.ofSeconds(5));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body() + answer.headers()).doesNotContain("secret-rule", "closed");
    assertThat(log).singleElement().asString().contains("policy.refused=" + policy, reason, error);
    assertThat(points("agentgateway_policy_refusals"))
        .singleElement()
        .satisfies(point -> {
          assertThat(point.getValue()).isEqualTo(1);
          assertThat(label(point, "policy")).isEqualTo(policy);
          assertThat(label(point, "reason")).isEqualTo(reason);
        });
    assertThat(points("agentgateway_requests"))
        .singleElement()
        .satisfies(point -> {
          assertThat(point.getValue()).isEqualTo(1);
          assertThat(label(point, "reason")).isEqualTo(reason);
        });
  }

  @ParameterizedTest
  @CsvSource({"true, 403", "false, 503"})
  @DisplayName("ER-7: a policy of a backend is named, and a backend that is not there is no policy")
  void policiesOfBackendsAreNamed(boolean refuses, int status) throws IOException {
    TestPolicy policy =
        TestPolicy.of(
            "guard",
            Phase.BACKEND_TRANSFORMATION,
            (exchange, request, next) -> {
              if (refuses) {
                throw Reason.AUTHORIZATION.exception("authorization failed");
              }
              return next.proceed(exchange, request);
            });
    int port;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = server.getLocalPort();
    }
    HostBackend gone = HostBackend.of("127.0.0.1:" + port);
    Gateway gateway =
        Gateway.builder()
            .accessLog(LogSink.lines(log::add), AccessLog.Format.TEXT)
            .route("r", route -> route.backend(new RouteBackend(1, gone, PolicySet.of(policy))))
            .build();
    assertThat(Doorway.IN_PROCESS.send(gateway, GatewayRequest.get("/").build()).status())
        .isEqualTo(status);
    gateway.close(Duration.ofSeconds(5));
    assertThat(log).hasSize(1);
    assertThat(log.getFirst().contains("policy.refused=guard")).isEqualTo(refuses);
    assertThat(log.getFirst().contains("policy.refused")).isEqualTo(refuses);
  }

  private List<LongPointData> points(String name) {
    return metrics.collectAllMetrics().stream()
        .filter(metric -> metric.getName().startsWith(name))
        .filter(metric -> !metric.getName().contains("in_flight"))
        .flatMap(metric -> metric.getLongSumData().getPoints().stream())
        .toList();
  }

  private static String label(LongPointData point, String name) {
    return point.getAttributes().get(AttributeKey.stringKey(name));
  }
}
