package dev.postern.core.config;

import dev.postern.core.GatewayConfig;
import java.util.List;

/** Short ways to read configurations and their problems. */
final class Texts {
  private Texts() {}

  static GatewayConfig read(String yaml) {
    return Configs.parse("config.yaml", yaml, Sample.variables()).config();
  }

  static List<ConfigDiagnostic> problems(String yaml) {
    return problems(yaml, Sample.variables());
  }

  static List<ConfigDiagnostic> problems(String yaml, LoadOptions options) {
    try {
      return Configs.parse("config.yaml", yaml, options).diagnostics();
    } catch (ConfigException e) {
      return e.diagnostics();
    }
  }

  /** Returns the problems as lines of position, code, path and message. */
  static List<String> lines(String yaml) {
    return Sample.lines(problems(yaml));
  }
}
