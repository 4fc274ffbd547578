package dev.postern.policy.testing;

import dev.postern.core.config.ConfigCode;
import dev.postern.core.config.ConfigDiagnostic;
import dev.postern.core.config.LoadedDocument;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares what came of a request with what was expected. Used once. */
final class Comparison {
  private final String test;
  private final String path;
  private final LoadedDocument<?> file;
  private final Outcome outcome;
  private final List<PolicyTestResult.Failure> failures = new ArrayList<>();

  /**
   * Creates a comparison.
   *
   * @param test what the test is called
   * @param path where its expectations stand in the file
   */
  Comparison(String test, String path, LoadedDocument<?> file, Outcome outcome) {
    this.test = test;
    this.path = path;
    this.file = file;
    this.outcome = outcome;
  }

  List<PolicyTestResult.Failure> failures(Expectation expected) throws IOException {
    same("status", expected.status(), outcome.response().status());
    same("rule", expected.rule(), outcome.rule());
    same("reason", expected.reason(), outcome.exchange().record().reason().label());
    same("route", expected.route(), outcome.exchange().record().route());
    headers("", expected.headers(), expected.absent(), outcome.response().headers());
    same("body", expected.body(), outcome.body());
    if (expected.backend() != null) {
      forwarded(expected.backend());
    }
    return failures;
  }

  private void forwarded(Expectation.Forwarded expected) throws IOException {
    GatewayRequest request = outcome.call().reached();
    if (request == null) {
      failed("backend", "a request", "nothing reached a backend");
      return;
    }
    same("backend.method", expected.method(), request.method());
    same("backend.path", expected.path(), request.target());
    headers("backend.", expected.headers(), expected.absent(), request.headers());
    if (expected.body() != null) {
      String body =
          request.body().replayable()
              ? new String(request.body().readAll(Long.MAX_VALUE), StandardCharsets.UTF_8)
              : "a stream";
      same("backend.body", expected.body(), body);
    }
  }

  private void headers(
      String where, Map<String, String> expected, List<String> absent, Headers headers) {
    expected.forEach((name, value) -> {
      List<String> lines = headers.all(name);
      if (!lines.equals(List.of(value))) {
        String came = lines.isEmpty() ? "no such header" : String.join(" and ", lines);
        failed(where + "headers." + name, value, came);
      }
    });
    for (int i = 0; i < absent.size(); i++) {
      String value = headers.get(absent.get(i));
      if (value != null) {
        failed(where + "absent[" + i + "]", "no such header", absent.get(i) + ": " + value);
      }
    }
  }

  private void same(String field, @Nullable Object expected, @Nullable Object came) {
    if (expected != null && !expected.equals(came)) {
      failed(field, expected.toString(), came == null ? "none" : came.toString());
    }
  }

  private void failed(String field, String expected, String came) {
    String at = path + "." + field;
    ConfigDiagnostic problem =
        file.problem(ConfigCode.NOT_ALLOWED, at, came + " (expected: " + expected + ")");
    failures.add(
        new PolicyTestResult.Failure(
            test,
            problem.location(),
            at,
            expected,
            came,
            String.valueOf(problem.excerpt()),
            outcome.trace()));
  }
}
