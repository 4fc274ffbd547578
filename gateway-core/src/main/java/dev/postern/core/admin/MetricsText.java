package dev.postern.core.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;

/**
 * Writes the metrics of the process as Prometheus reads them. Usually a few lines over the exporter
 * of an OpenTelemetry SDK. Safe for concurrent use.
 */
@FunctionalInterface
public interface MetricsText {
  /** The forms of the text. */
  enum Format {
    /** The text format of Prometheus, version 0.0.4. */
    PROMETHEUS("text/plain; version=0.0.4; charset=utf-8"),
    /** OpenMetrics 1.0. */
    OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

    private final String contentType;

    Format(String contentType) {
      this.contentType = contentType;
    }

    /** Returns the content type of the form. */
    public String contentType() {
      return contentType;
    }
  }

  /**
   * Writes the metrics.
   *
   * @param names the metrics to write, by the names they have in the text; all if empty
   * @throws IOException if writing fails
   */
  void writeTo(OutputStream out, Format format, Set<String> names) throws IOException;
}
