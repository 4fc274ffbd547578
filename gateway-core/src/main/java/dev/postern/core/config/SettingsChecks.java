package dev.postern.core.config;

import dev.postern.core.listener.TcpKeepAlive;
import dev.postern.core.telemetry.MetricNames;
import dev.postern.core.text.Suggestions;

/** Checks {@code config} and {@code frontendPolicies}: what contradicts itself or has no effect. */
final class SettingsChecks {
  private final ConfigNode root;
  private final Diagnostics problems;

  SettingsChecks(ConfigNode root, Diagnostics problems) {
    this.root = root;
    this.problems = problems;
  }

  void run() {
    logging();
    keepAlives();
    removedMetrics();
  }

  private void removedMetrics() {
    ConfigNode config = root.get("config");
    ConfigNode metrics = config == null ? null : config.get("metrics");
    if (metrics == null || metrics.items("remove").isEmpty()) {
      return;
    }
    MetricNames names = MetricNames.load();
    for (ConfigNode name : metrics.items("remove")) {
      if (!names.contains(name.text())) {
        String meant =
            Suggestions.closest(name.text(), names.all())
                .map(known -> ", did you mean \"" + known + "\"?")
                .orElse("");
        problems.warning(ConfigCode.IGNORED, name, "no metric is called " + name.text() + meant);
      }
    }
  }

  private void keepAlives() {
    ConfigNode frontend = root.get("frontendPolicies");
    ConfigNode tcp = frontend == null ? null : frontend.get("tcp");
    ConfigNode keepAlives = tcp == null ? null : tcp.get("keepalives");
    if (keepAlives != null) {
      new KeepAliveCheck(problems, TcpKeepAlive.unsupported()).check(keepAlives);
    }
  }

  /** What the access log shows is written in one of two places. */
  private void logging() {
    ConfigNode config = root.get("config");
    ConfigNode logging = config == null ? null : config.get("logging");
    ConfigNode frontend = root.get("frontendPolicies");
    if (logging == null || !(logging.has("fields") || logging.has("filter"))) {
      return;
    }
    if (frontend != null && (frontend.has("accessLog") || frontend.has("logging"))) {
      problems.error(
          ConfigCode.CONFLICT,
          logging,
          "cannot use deprecated config.logging together with frontendPolicies.accessLog");
    } else {
      problems.warning(
          ConfigCode.DEPRECATED,
          logging,
          (logging.has("fields") ? "fields" : "filter")
              + ": deprecated; use frontendPolicies.accessLog");
    }
  }
}
