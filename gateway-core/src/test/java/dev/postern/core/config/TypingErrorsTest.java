package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One misspelt field for each kind of object: right code, place and suggestion. */
class TypingErrorsTest {
  /** Every line marked with X holds the typing error; the field before its colon is misspelt. */
  private static final String DOCUMENT =
      """
      config:
        dns: {lookupFamily: All}
        backend: {connectTimeout: 1s}
        limits: {maxBufferedBytes: 1}
      gateways:
        default: {port: 80}
        edge:
          port: 81
          listeners:
          - hostname: a.example
      binds:
      - port: 82
        listeners:
        - name: x
          routes:
          - name: inner
            backends: [{host: "h:80"}]
      routes:
      - name: r
        matches:
        - path: {exact: /a}
          headers:
          - name: x-a
            value: {exact: b}
          query:
          - name: q
            value: {regex: b}
        policies:
          timeout: {requestTimeout: 1s}
          retry:
            attempts: 1
            backoff: {base: 1s}
          buffer:
            request: {maxBytes: 1}
        backends:
        - backend: b
          weight: 1
          policies:
            http: {version: HTTP/2}
            tcp: {connectTimeout: 1s}
            health:
              eviction: {duration: 1s}
            backendTLS: {hostname: h}
            backendAuth:
              key: {value: s, location: {header: {name: n, prefix: p}}}
      backends:
      - name: b
        host: "h:80"
      policies:
      - name: p
        target: {gateway: {gatewayName: default}}
        phase: route
        policy: {retry: {attempts: 2}}
      """;

  static List<Arguments> typos() {
    return List.of(
        typo("document", "routes:\n- name: r", "routs", "routes"),
        typo("config", "dns:", "dsn", "dns"),
        typo("dns", "lookupFamily:", "lookupFamly", "lookupFamily"),
        typo("config.backend", "connectTimeout: 1s}\n  limits", "conectTimeout", "connectTimeout"),
        typo("limits", "maxBufferedBytes:", "maxBufferdBytes", "maxBufferedBytes"),
        typo("gateway", "listeners:\n    - host", "listners", "listeners"),
        typo("listener", "hostname: a", "hostnam", "hostname"),
        typo("bind", "listeners:\n  - name: x", "lisetners", "listeners"),
        typo("listener of a bind", "name: x\n", "nmae", "name"),
        typo("route of a bind", "backends: [", "backend_s", "backends"),
        typo("route", "matches:", "matchs", "matches"),
        typo("match", "path: {", "pth", "path"),
        typo("path", "exact: /a", "Exact", "exact"),
        typo("header match", "name: x-a", "naem", "name"),
        typo("value", "exact: b", "exactt", "exact"),
        typo("query match", "name: q", "nam", "name"),
        typo("query value", "regex: b", "regx", "regex"),
        typo("policies", "timeout: {", "timeuot", "timeout"),
        typo("timeout", "requestTimeout:", "request-timeout", "requestTimeout"),
        typo("retry", "attempts: 1", "atempts", "attempts"),
        typo("backoff", "base:", "bass", "base"),
        typo("buffer", "request: {", "requests", "request"),
        typo("buffer limit", "maxBytes:", "max_bytes", "maxBytes"),
        typo("route backend", "weight:", "wieght", "weight"),
        typo("backend policies", "http:", "htttp", "http"),
        typo("http", "version:", "versoin", "version"),
        typo("tcp", "connectTimeout: 1s}\n      health", "connecttimeout", "connectTimeout"),
        typo("health", "eviction:", "evction", "eviction"),
        typo("eviction", "duration:", "duratoin", "duration"),
        typo("backendTLS", "hostname: h}", "hostnme", "hostname"),
        typo("backendAuth", "key: {", "kye", "key"),
        typo("key", "location:", "locaton", "location"),
        typo("location", "header: {", "heder", "header"),
        typo("header location", "prefix:", "prefx", "prefix"),
        typo("named backend", "name: b", "nam", "name"),
        typo("targeted policy", "phase:", "phaze", "phase"),
        typo("target", "gateway: {", "gatway", "gateway"),
        typo("gateway target", "gatewayName:", "gatewayname", "gatewayName"),
        typo("attached policies", "retry: {attempts: 2", "rettry", "retry"));
  }

  private static Arguments typo(String object, String at, String written, String meant) {
    return argumentSet(object, at, written, meant);
  }

  @ParameterizedTest
  @MethodSource("typos")
  void isFoundAndUnderstood(String at, String written, String meant) {
    int start = DOCUMENT.indexOf(at);
    int end = DOCUMENT.indexOf(':', start);
    assertThat(start).isNotNegative().isEqualTo(DOCUMENT.lastIndexOf(at));
    String yaml = DOCUMENT.substring(0, start) + written + DOCUMENT.substring(end);
    int line = (int) DOCUMENT.substring(0, start).lines().count();
    boolean first = DOCUMENT.charAt(start - 1) == '\n';

    ConfigDiagnostic problem =
        Texts.problems(yaml).stream()
            .filter(found -> found.code() == ConfigCode.UNKNOWN_FIELD)
            .findFirst()
            .orElseThrow();

    assertThat(problem.location().line()).isEqualTo(first ? line + 1 : line);
    assertThat(problem.location().column())
        .isEqualTo(start - DOCUMENT.lastIndexOf('\n', start - 1));
    assertThat(problem.message()).isEqualTo("unknown field, did you mean \"" + meant + "\"?");
    assertThat(problem.suggestions()).containsExactly(meant);
  }

  @Test
  void theDocumentIsRight() {
    assertThat(Texts.problems(DOCUMENT)).isEmpty();
  }

  static List<Arguments> known() {
    return List.of(
        argumentSet("timeouts", "timeouts: {}", "unknown field, did you mean \"timeout\"?"),
        argumentSet("retries", "retries: {}", "unknown field, did you mean \"retry\"?"),
        argumentSet("tls", "tls: {}", "unknown field, did you mean \"backendTLS\"?"),
        argumentSet("auth", "auth: {}", "unknown field, did you mean \"backendAuth\"?"));
  }

  @ParameterizedTest
  @MethodSource("known")
  void namesOfOtherProgramsAreUnderstood(String policy, String message) {
    assertThat(
            Texts.problems(
                    "gateways: {default: {port: 80}}\nroutes: [{policies: {"
                        + policy
                        + "}, backends: [{invalid: }]}]")
                .getFirst()
                .message())
        .isEqualTo(message);
  }

  @Test
  void saysWhereAPolicyIsValid() {
    assertThat(
            Texts.lines(
                "gateways: {default: {port: 80, backendTLS: {}}}\n"
                    + "routes: [{policies: {health: {}}, backends: [{invalid: }]}]"))
        .containsExactly(
            "1:32 CFG010 gateways.default.backendTLS: `backendTLS` is not valid here; it is valid"
                + " in routes[].policies, backends[].policies, the policies of auxiliary services",
            "2:22 CFG010 routes[0].policies.health: `health` is not valid here; it is valid in"
                + " backends[].policies");
  }
}
