package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.BackendAuth;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.HostBackend;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.text.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigWriterTest {
  @TempDir static Path folder;

  @BeforeAll
  static void writeCertificate() throws IOException {
    HeldCertificate held = new HeldCertificate.Builder().build();
    Files.writeString(folder.resolve("one.pem"), held.certificatePem());
    Files.writeString(folder.resolve("one.key"), held.privateKeyPkcs8Pem());
  }

  static List<String> documents() {
    return List.of(
        "",
        """
        config: {statsAddr: "localhost:1", metrics: {remove: [retries]}, logging: {format: json, level: [warn, request=info]}, dns: {lookupFamily: V6Only}, limits: {maxBufferedBytes: 7}}
        gateways:
          default:
            port: 80
          edge: {port: 81, address: 127.0.0.1, listeners: [{hostname: a}, {hostname: "*.b"}]}
          tls: {port: 82, tls: {cert: one.pem, key: one.key, minTLSVersion: TLS_V1_3}}
        """,
        """
        gateways: {default: {port: 80}}
        routes:
        - name: "on"
          matches: [{path: {regex: "^/a$"}}, {path: {exact: /$$HOME}, method: GET}]
          policies:
            timeout: {requestTimeout: 1m30s}
            retry: {attempts: 0, codes: [502], backoff: {base: 1s, max: 2s}}
            buffer: {request: {failureMode: failOpen}}
          backends:
          - {host: "a:80", weight: 0}
          - {hosts: ["a:80", "https://b"]}
          - {invalid: null}
          - backend: b
            policies: {http: {version: HTTP/2}, health: {eviction: {consecutiveFailures: 3}}}
        backends: [{name: b, host: "b:80", policies: {backendTLS: {}, backendAuth: {passthrough: {}}}}]
        policies:
        - {name: p, target: {gateway: default/default}, policy: {timeout: {requestTimeout: 1s}}}
        - {name: q, target: {route: {name: "on", ruleName: x}}, policy: {retry: {}}}
        - {target: {backend: b}, policy: {tcp: {}}}
        """,
        """
        frontendPolicies:
          http: {maxBufferSize: 7}
          tls: {handshakeTimeout: 2s, alpn: [h2], minVersion: TLS_V1_3, keyExchangeGroups: [P-256]}
          tcp: {keepalives: {time: 1m, retries: 3}}
        """,
        """
        binds:
        - port: 80
          listeners: [{routes: [{backends: [{host: "a:80"}]}]}]
        """);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void whatIsWrittenIsReadBackAsEqual(String yaml) {
    LoadOptions options = Sample.variables().baseDir(folder);
    GatewayConfig config = Configs.parse("config.yaml", yaml, options).config();

    assertThat(Texts.read(Configs.toYaml(config))).isEqualTo(config);
  }

  @Test
  void writesWhatAPersonWouldWrite() {
    GatewayConfig config =
        GatewayConfig.builder()
            .listen(8080)
            .route("chat", route -> route.backend(HostBackend.of("a:80")))
            .build();

    assertThat(Configs.toYaml(config))
        .isEqualTo(
            """
            gateways:
              default:
                port: 8080
            routes:
            - name: chat
              backends:
              - host: a:80
            """);
  }

  @Test
  void writesSecretsAsWhatTheyCameFrom(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("key"), "hunter2");
    GatewayConfig config =
        GatewayConfig.builder()
            .backend("a", HostBackend.of("a:80"), BackendAuth.key(Secret.of("hunter3")))
            .backend("b", HostBackend.of("a:80"), BackendAuth.key(Secret.file(file)))
            .backend(
                "c",
                HostBackend.of("a:80"),
                BackendAuth.key(Secret.substituted("${KEY}", "hunter4")))
            .build();

    assertThat(Configs.toYaml(config))
        .contains("key: <redacted>", "file: " + file, "key: '${KEY}'")
        .doesNotContain("hunter");
  }

  @Test
  void aReferenceToASecretSurvivesARoundTrip() {
    String yaml = "backends: [{name: a, host: 'h:80', policies: {backendAuth: {key: $KEY}}}]";
    LoadOptions options = Sample.variables("KEY", "s3cret");
    GatewayConfig config = Configs.parse("a", yaml, options).config();

    assertThat(Configs.parse("b", Configs.toYaml(config), options).config()).isEqualTo(config);
  }

  @Test
  void refusesWhatNoModuleReads() {
    GatewayConfig config =
        GatewayConfig.builder()
            .backend("f", HandlerBackend.of("f", (exchange, request) -> GatewayResponse.of(200)))
            .build();

    assertThatThrownBy(() -> Configs.toYaml(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the backend handler has no YAML form (expected: one that a module reads)");
  }
}
