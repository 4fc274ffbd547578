package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.listener.ExchangeExecutor;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ListenerTelemetryTest {
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");
  private static final AttributeKey<String> LISTENER = AttributeKey.stringKey("listener");

  @TempDir Path folder;
  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
          .build();
  private final StringBuilder log = new StringBuilder();
  private final BlockingQueue<RequestRecord> ended = new LinkedBlockingQueue<>();

  @AfterEach
  void stop() {
    sdk.close();
  }

  private GatewayBuilder gateway(Bind bind) {
    return Gateway.builder()
        .gateway("default", bind.address("127.0.0.1"))
        .openTelemetry(sdk)
        .accessLog(LogSink.to(log), AccessLog.Format.TEXT)
        .requestListener(ended::add)
        .route(
            "r",
            route ->
                route.backend(
                    HandlerBackend.of(
                        "h", (exchange, request) -> GatewayResponse.text(200, "hello"))));
  }

  private static String talk(Socket socket, String request) throws IOException {
    try (socket) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  private static Socket connect(Gateway gateway) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), gateway.port());
  }

  private MetricData metric(String name) {
    return metrics.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals("agentgateway_" + name))
        .findFirst()
        .orElseThrow();
  }

  private long sum(String name) {
    return metric(name).getLongSumData().getPoints().stream()
        .mapToLong(LongPointData::getValue)
        .sum();
  }

  @Test
  void connectionsCountWithTheirBytes() throws Exception {
    String request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    String answer;
    try (Gateway gateway = gateway(Bind.port(0)).build().start()) {
      answer = talk(connect(gateway), request);
    }

    assertThat(answer).endsWith("hello");
    assertThat(sum("downstream_connections")).isEqualTo(1);
    assertThat(sum("downstream_received_bytes")).isEqualTo(request.length());
    assertThat(sum("downstream_sent_bytes")).isEqualTo(answer.length());
    Attributes labels =
        metric("downstream_connections")
            .getLongSumData()
            .getPoints()
            .iterator()
            .next()
            .getAttributes();
    assertThat(labels.get(LISTENER)).isEqualTo("default");
  }

  @Test
  void handshakesAreTimed() throws Exception {
    HeldCertificate held =
        new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
    Path cert = Files.writeString(folder.resolve("c.pem"), held.certificatePem());
    Path key = Files.writeString(folder.resolve("k.pem"), held.privateKeyPkcs8Pem());
    try (Gateway gateway = gateway(Bind.port(0).tls(ServerTls.of(cert, key))).build().start()) {
      SSLSocket socket =
          (SSLSocket)
              new HandshakeCertificates.Builder()
                  .addTrustedCertificate(held.certificate())
                  .build()
                  .sslSocketFactory()
                  .createSocket(connect(gateway), "localhost", gateway.port(), true);
      assertThat(talk(socket, "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 200");
    }

    assertThat(metric("tls_handshake_duration_seconds").getHistogramData().getPoints())
        .singleElement()
        .satisfies(point -> assertThat(point.getCount()).isEqualTo(1));
    HistogramPointData point =
        metric("tls_handshake_duration_seconds").getHistogramData().getPoints().iterator().next();
    assertThat(point.getSum()).isPositive();
  }

  @Test
  void requestThatIsRefusedOnTheWireCountsOnceAndIsLogged() throws Exception {
    try (Gateway gateway = gateway(Bind.port(0)).build().start()) {
      assertThat(talk(connect(gateway), "GET / HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n"))
          .startsWith("HTTP/1.1 400");
    }

    assertThat(metric("requests").getLongSumData().getPoints())
        .singleElement()
        .satisfies(point -> {
          assertThat(point.getValue()).isEqualTo(1);
          assertThat(point.getAttributes().get(REASON)).isEqualTo("InvalidRequest");
        });
    assertThat(log.toString().lines())
        .singleElement()
        .asString()
        .contains(" src.addr=127.0.0.1:", " http.status=400 ", " reason=InvalidRequest ");
  }

  @Test
  void requestBeyondTheCapCountsAsOverload() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    HandlerBackend waiting =
        HandlerBackend.of(
            "w",
            (exchange, request) -> {
              entered.countDown();
              await(leave);
              return GatewayResponse.text(200, "late");
            });
    try (Gateway gateway =
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .openTelemetry(sdk)
            .requestListener(ended::add)
            .executor(ExchangeExecutor.platform(1))
            .route("r", route -> route.backend(waiting))
            .build()
            .start()) {
      Socket first = connect(gateway);
      first.getOutputStream().write("GET /1 HTTP/1.1\r\nhost: a\r\n\r\n".getBytes("US-ASCII"));
      entered.await();

      String answer = talk(connect(gateway), "GET /2 HTTP/1.1\r\nhost: a\r\n\r\n");

      assertThat(answer).startsWith("HTTP/1.1 503").endsWith("overloaded");
      assertThat(answer.toLowerCase(java.util.Locale.ROOT)).contains("retry-after: 1\r\n");
      RequestRecord refused = ended.poll(10, TimeUnit.SECONDS);
      leave.countDown();
      first.close();
      assertThat(List.of(refused.path(), refused.status(), refused.reason().label()))
          .containsExactly("/2", 503, "Overload");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
