package dev.postern.core.admin;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Answers {@code /metrics} and {@code /stats/prometheus}. */
public final class StatsHandler implements Handler {
  private final @Nullable MetricsText metrics;

  /**
   * Creates a handler.
   *
   * @param metrics writes the metrics, or null if nothing in this process can
   */
  public StatsHandler(@Nullable MetricsText metrics) {
    this.metrics = metrics;
  }

  @Override
  public GatewayResponse handle(Exchange exchange, GatewayRequest request) throws IOException {
    request.body().discard();
    return switch (request.path()) {
      case "/metrics", "/stats/prometheus" -> Answers.toGet(request, () -> metrics(request));
      default -> Answers.notFound();
    };
  }

  private GatewayResponse metrics(GatewayRequest request) throws IOException {
    if (metrics == null) {
      return GatewayResponse.text(
          501,
          "no metrics here: add io.opentelemetry:opentelemetry-exporter-prometheus and hand its"
              + " text to the gateway as metricsText");
    }
    boolean gzip = accepts(request.headers(), "accept-encoding", "gzip");
    MetricsText.Format format =
        accepts(request.headers(), "accept", "application/openmetrics-text")
            ? MetricsText.Format.OPEN_METRICS
            : MetricsText.Format.PROMETHEUS;
    ByteArrayOutputStream text = new ByteArrayOutputStream(16_384);
    try (OutputStream out = gzip ? new GZIPOutputStream(text) : text) {
      metrics.writeTo(out, format, names(request.query()));
    }
    Headers.Builder headers =
        Headers.builder()
            .add("content-type", format.contentType())
            .add("vary", "accept, accept-encoding");
    if (gzip) {
      headers.add("content-encoding", "gzip");
    }
    return GatewayResponse.of(200, headers.build(), Body.of(text.toByteArray()));
  }

  /** Returns whether a list such as {@code accept} names a value, not with quality 0. */
  private static boolean accepts(Headers headers, String name, String value) {
    for (String line : headers.all(name)) {
      for (String item : line.toLowerCase(Locale.ROOT).split(",", -1)) {
        String[] parts = item.split(";", -1);
        if (parts[0].strip().equals(value)) {
          return !refused(parts);
        }
      }
    }
    return false;
  }

  private static boolean refused(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].strip().matches("q=0(\\.0{0,3})?")) {
        return true;
      }
    }
    return false;
  }

  private static Set<String> names(@Nullable String query) {
    Set<String> names = new LinkedHashSet<>();
    if (query == null) {
      return names;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && decoded(pair.substring(0, equals)).equals("name[]")) {
        names.add(decoded(pair.substring(equals + 1)));
      }
    }
    return names;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
