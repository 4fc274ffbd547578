package dev.postern.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatsHandlerTest {
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final StatsHandler handler =
      new StatsHandler((out, format, names) ->
          out.write((format + " " + names + "\n").getBytes(StandardCharsets.UTF_8)));

  @ParameterizedTest
  @ValueSource(strings = {"/metrics", "/stats/prometheus"})
  void writesAllMetrics(String path) throws IOException {
    GatewayResponse response = handle(GatewayRequest.get(path).build());

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("content-type")).isEqualTo(PROMETHEUS);
    assertThat(response.header("content-encoding")).isNull();
    assertThat(text(response)).isEqualTo("PROMETHEUS []\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/openmetrics-text|true",
        "application/openmetrics-text; version=1.0.0;q=0.9, text/plain;q=0.5|true",
        "text/plain, Application/OpenMetrics-Text|true",
        "application/openmetrics-text;q=0|false",
        "text/plain|false",
        "*/*|false"
      })
  void choosesTheFormByAccept(String accept, boolean openMetrics) throws IOException {
    GatewayResponse response =
        handle(GatewayRequest.get("/metrics").header("accept", accept).build());

    assertThat(response.header("content-type")).isEqualTo(openMetrics ? OPEN_METRICS : PROMETHEUS);
    assertThat(text(response)).startsWith(openMetrics ? "OPEN_METRICS" : "PROMETHEUS");
  }

  @Test
  void compressesWhenAsked() throws IOException {
    GatewayResponse response =
        handle(GatewayRequest.get("/metrics").header("accept-encoding", "br, gzip;q=0.8").build());

    assertThat(response.header("content-encoding")).isEqualTo("gzip");
    try (GZIPInputStream in =
        new GZIPInputStream(new ByteArrayInputStream(response.body().readAll(1000)))) {
      assertThat(in.readAllBytes()).asString().isEqualTo("PROMETHEUS []\n");
    }
  }

  @Test
  void doesNotCompressWhenGzipIsRefused() throws IOException {
    GatewayResponse response =
        handle(GatewayRequest.get("/metrics").header("accept-encoding", "gzip;q=0").build());

    assertThat(response.header("content-encoding")).isNull();
  }

  @Test
  void handsTheWantedNamesOn() throws IOException {
    GatewayResponse response =
        handle(GatewayRequest.get("/metrics?name[]=a_total&x=1&name%5B%5D=b&name[]=%zz").build());

    assertThat(text(response)).isEqualTo("PROMETHEUS [a_total, b, %zz]\n");
  }

  @Test
  void answersHeadWithoutContent() throws IOException {
    GatewayResponse response = handle(GatewayRequest.builder("HEAD", "/metrics").build());

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("content-length")).isEqualTo("14");
    assertThat(response.body().length()).isZero();
  }

  @Test
  void refusesOtherMethodsAndPaths() throws IOException {
    assertThat(handle(GatewayRequest.builder("POST", "/metrics").build()).status()).isEqualTo(405);
    assertThat(handle(GatewayRequest.get("/").build()).status()).isEqualTo(404);
    assertThat(handle(GatewayRequest.get("/metrics/").build()).status()).isEqualTo(404);
  }

  @Test
  void withoutAnExporterItNamesTheArtifactToAdd() throws IOException {
    GatewayResponse response =
        new StatsHandler(null).handle(exchange(), GatewayRequest.get("/metrics").build());

    assertThat(response.status()).isEqualTo(501);
    assertThat(text(response)).contains("io.opentelemetry:opentelemetry-exporter-prometheus");
  }

  private GatewayResponse handle(GatewayRequest request) throws IOException {
    return handler.handle(exchange(), request);
  }

  private static Exchange exchange() {
    return new Exchange(Connection.inProcess(), Scope.root(Timers.system()));
  }

  private static String text(GatewayResponse response) throws IOException {
    return new String(response.body().readAll(1000), StandardCharsets.UTF_8);
  }
}
