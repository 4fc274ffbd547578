package dev.postern.core.config;

import dev.postern.core.spi.Policy;
import dev.postern.core.text.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A small model of its own, for tests of the reader. */
final class Sample {
  static final Dialect DIALECT =
      new Dialect(
          List.of(type("retry", Retry.class), type("guard", Guard.class, PolicyPlace.BACKEND)),
          List.of(),
          List.of(),
          List.of(),
          new Documented(
              List.of(
                  "CFG030 policies/R: csrf",
                  "CFG030 policies.retry: precondition",
                  "CFG030 tls: spiffe = SPIFFE Workload API is not supported; use cert/key files",
                  "CFG041 tls: trustDomain = accepted and ignored")));

  record Document(
      @Nullable String name,
      @Nullable Integer port,
      @Nullable Boolean enabled,
      @Nullable Long size,
      @Nullable Double ratio,
      @Nullable Duration pause,
      @Nullable Mode mode,
      @Nullable Secret key,
      @Nullable Path file,
      @Nullable Tls tls,
      @Nullable Match match,
      List<Tls> more,
      Map<String, String> headers,
      Map<String, Tls> named) {}

  record Tls(String cert, @Nullable Integer depth) {
    Tls {
      java.util.Objects.requireNonNull(cert, "cert");
      if (depth != null && (depth < 0 || depth > 9)) {
        throw new IllegalArgumentException("depth: " + depth + " (expected: 0..9)");
      }
    }
  }

  enum Mode {
    FAIL_OPEN,
    FAIL_CLOSED
  }

  sealed interface Match {
    record Exact(String exact) implements Match {
      public Exact {
        if (!exact.startsWith("/")) {
          throw new IllegalArgumentException("exact: \"" + exact + "\" (expected: a path)");
        }
      }
    }

    record PathPrefix(String pathPrefix) implements Match {}

    record None() implements Match {}
  }

  record Retry(@Nullable Integer attempts, List<Integer> codes) implements Policy {
    Retry {
      attempts = attempts == null ? 1 : attempts;
      codes = codes == null ? List.of() : List.copyOf(codes);
      if (attempts < 0 || attempts > 255) {
        throw new IllegalArgumentException("attempts: " + attempts + " (expected: 0..255)");
      }
    }

    @Override
    public String kind() {
      return "retry";
    }
  }

  record Guard() implements Policy {
    @Override
    public String kind() {
      return "guard";
    }
  }

  private Sample() {}

  static PolicyType type(String key, Class<? extends Policy> type, PolicyPlace... places) {
    return new PolicyType() {
      @Override
      public String key() {
        return key;
      }

      @Override
      public Class<? extends Policy> type() {
        return type;
      }

      @Override
      public Set<PolicyPlace> places() {
        return places.length == 0 ? Set.of(PolicyPlace.ROUTE) : Set.of(places);
      }
    };
  }

  static LoadOptions variables(String... namesAndValues) {
    Map<String, String> variables = new java.util.HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      variables.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return LoadOptions.DEFAULTS.variables(VariableResolver.of(variables));
  }

  static <T> Loader.Loaded<T> load(String yaml, Class<T> type, LoadOptions options) {
    return new Loader("config.yaml", null, options, DIALECT)
        .load(yaml.getBytes(StandardCharsets.UTF_8), type, (root, value, problems) -> {});
  }

  static Document read(String yaml) {
    return load(yaml, Document.class, variables()).orThrow();
  }

  static List<ConfigDiagnostic> problems(String yaml) {
    return load(yaml, Document.class, variables()).diagnostics();
  }

  /** Returns the problems as lines of position, code, path and message. */
  static List<String> lines(List<ConfigDiagnostic> problems) {
    return problems.stream()
        .map(p ->
            p.location().line() + ":" + p.location().column() + " " + p.code() + " " + p.text())
        .toList();
  }
}
