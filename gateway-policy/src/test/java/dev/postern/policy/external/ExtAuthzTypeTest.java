package dev.postern.policy.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.BackendAuth;
import dev.postern.core.BackendReference;
import dev.postern.core.HostBackend;
import dev.postern.core.Http;
import dev.postern.core.config.ConfigDiagnostic;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.text.Secret;
import dev.postern.policy.external.ExtAuthz.RequestBody;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How {@code extAuthz} is read and written. */
class ExtAuthzTypeTest {
  private static LoadedConfig load(String policies) {
    String text =
        """
        gateways:
          default: {port: 8080}
        backends:
        - name: authz
          host: localhost:9001
        routes:
        - backends: [{host: "localhost:9000"}]
          policies:
        """
            + policies.indent(4);
    return Configs.parse("t.yaml", text, LoadOptions.DEFAULTS);
  }

  private static ExtAuthz read(String policy) {
    return load("extAuthz: " + policy).config().routes().getFirst().policies().find(ExtAuthz.class);
  }

  private static List<String> warnings(String policies) {
    return load(policies).diagnostics().stream().map(ConfigDiagnostic::message).toList();
  }

  @Test
  void whatIsNotWrittenHasDefaults() {
    assertThat(read("{host: 'localhost:9001', protocol: {http: {}}}"))
        .isEqualTo(ExtAuthz.http(HostBackend.of("localhost:9001")));
    assertThat(
            read("{backend: authz, protocol: {http: {}}, includeRequestBody: {}}")
                .includeRequestBody())
        .isEqualTo(new RequestBody(8192, false, false));
  }

  @Test
  void everythingCanBeWritten() {
    ExtAuthz read =
        read(
            """
            {backend: authz, protocol: {http: {}}, failureMode: {denyWithStatus: 503},
             policies: {http: {version: HTTP/2}, backendAuth: {key: s3cret}},
             timeout: 5s, statusOnError: 502}\
            """);
    assertThat(read)
        .isEqualTo(
            ExtAuthz.http(new BackendReference("authz"))
                .policies(Http.version("HTTP/2"), BackendAuth.key(Secret.of("s3cret")))
                .failureMode(new FailureMode.DenyWithStatus(503))
                .timeout(Duration.ofSeconds(5))
                .statusOnError(502));
    assertThat(read.toString()).doesNotContain("s3cret");
  }

  @Test
  void theModeHasTwoSpellings() {
    ExtAuthz open = ExtAuthz.http(new BackendReference("authz")).failureMode(FailureMode.ALLOW);
    assertThat(read("{backend: authz, protocol: {http: {}}, failureMode: allow}")).isEqualTo(open);
    assertThat(read("{backend: authz, protocol: {http: {}}, failureModeAllow: true}"))
        .isEqualTo(open);
    assertThat(read("{backend: authz, protocol: {http: {}}, failureModeAllow: false}"))
        .isEqualTo(ExtAuthz.http(new BackendReference("authz")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {host: 'h:1'}                                                  | CFG030 | gRPC, which is meant without it, is not supported yet
          {host: 'h:1', protocol: {grpc: {}}}                            | CFG030 | protocol.grpc: not supported yet
          {service: {name: a, port: 1}, protocol: {http: {}}}            | CFG030 | extAuthz.service: not supported yet
          {protocol: {http: {}}}                                         | CFG015 | no backend (expected: exactly one of
          {host: 'h:1', backend: authz, protocol: {http: {}}}            | CFG015 | host, backend: more than one backend
          {backend: nobody, protocol: {http: {}}}                        | CFG020 | unknown backend nobody
          {host: 'unix:/run/x.sock', protocol: {http: {}}}               | CFG030 | unix sockets are not supported yet
          {host: 'h:1', protocol: {http: {paht: "'/'"}}}                 | CFG010 | did you mean "path"
          {host: 'h:1', protocol: {http: {}}, failureMode: perhaps}      | CFG011 | allow
          {host: 'h:1', protocol: {http: {}}, failureMode: {denyWithStatus: 200}} | CFG014 | 200 (expected: 400..599)
          {host: 'h:1', protocol: {http: {}}, failureMode: deny, failureModeAllow: true} | CFG015 | set together with failureMode
          {host: 'h:1', protocol: {http: {}}, cache: {key: ["'a'"]}}     | CFG012 | is required
          {host: 'h:1', protocol: {http: {}}, policies: {retry: {attempts: 1}}} | CFG010 | is not valid here
          """)
  void whatCannotBeIsRefused(String policy, String code, String message) {
    assertThatThrownBy(() -> read(policy))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(code)
        .hasMessageContaining(message);
  }

  @Test
  @DisplayName("EA-11: a key that tells no callers apart is warned of")
  void keysWithoutACredentialAreWarnedOf() {
    String policy = "extAuthz: {backend: authz, protocol: {http: {}}, cache: {ttl: 1m, key: %s}}";
    assertThat(warnings(policy.formatted("[request.path]")))
        .containsExactly("names no credential: what was decided about one caller holds for others");
    assertThat(warnings(policy.formatted("[request.path, jwt.sub]"))).isEmpty();
    assertThat(warnings(policy.formatted("['request.headers[\"cookie\"]']"))).isEmpty();
    assertThat(warnings(policy.formatted("[]"))).containsExactly("empty: no answer is used again");
  }

  @Test
  @DisplayName("8.4: conditions without a last entry are warned of")
  void conditionsWithoutALastEntryAreWarnedOf() {
    String entry = "{condition: 'jwt.sub == \"a\"', backend: authz, protocol: {http: {}}}";
    assertThat(warnings("extAuthz: {conditional: [" + entry + "]}"))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("no fallback entry");
    assertThat(warnings("extAuthz: {onConditionError: deny, conditional: [" + entry + "]}"))
        .isEmpty();
    String last = "{backend: authz, protocol: {http: {}}}";
    LoadedConfig loaded = load("extAuthz: {conditional: [" + entry + ", " + last + "]}");
    assertThat(loaded.diagnostics()).isEmpty();
    assertThat(loaded.config().routes().getFirst().policies().find("extAuthz"))
        .isInstanceOf(ConditionalPolicy.class);
  }
}
