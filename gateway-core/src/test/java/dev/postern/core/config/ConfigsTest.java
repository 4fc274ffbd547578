package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.BackendAuth;
import dev.postern.core.BackendReference;
import dev.postern.core.BackendTls;
import dev.postern.core.Bind;
import dev.postern.core.FrontendPolicies;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HostBackend;
import dev.postern.core.Http;
import dev.postern.core.InvalidBackend;
import dev.postern.core.Listener;
import dev.postern.core.NamedBackend;
import dev.postern.core.ProcessSettings;
import dev.postern.core.Retry;
import dev.postern.core.TargetedPolicy;
import dev.postern.core.Timeout;
import dev.postern.core.listener.HttpLimits;
import dev.postern.core.routing.Route;
import dev.postern.core.routing.RouteBackend;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.Logging;
import dev.postern.core.telemetry.MetricLabels;
import dev.postern.core.telemetry.Metrics;
import dev.postern.core.telemetry.Sampling;
import dev.postern.core.telemetry.Tracing;
import dev.postern.core.text.Secret;
import dev.postern.core.upstream.Transport;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigsTest {
  @Test
  void anEmptyTextIsAnEmptyConfiguration() {
    assertThat(Texts.read("")).isEqualTo(GatewayConfig.builder().build());
  }

  @Test
  void readsGatewaysAndRoutesAsTheBuilderMakesThem() {
    GatewayConfig config =
        Texts.read(
            """
            gateways:
              default: {port: 8080}
              edge:
                port: 8081
                listeners:
                - {name: a, hostname: a.example}
                - {hostname: "*.example"}
            routes:
            - name: chat
              gateways: [default, edge/a]
              hostnames: [a.example]
              matches:
              - path: {pathPrefix: /v1}
                method: POST
                headers:
                - {name: x-a, value: {exact: b}}
                - {name: ":authority", value: {regex: "a.*"}}
                query: [{name: q, value: {exact: "1"}}]
              - path: {regex: "/a$"}
              policies:
                timeout: {requestTimeout: 30s}
                retry: {attempts: 2, codes: [502, 503], backoff: 250ms}
              backends:
              - backend: main
                weight: 3
                policies: {http: {version: HTTP/2}}
              - host: b.example:443
                policies: {backendTLS: {}}
              - invalid: null
            - backends: [{host: "c:80"}]
            backends:
            - name: main
              host: a.internal:8080
              policies: {backendAuth: {key: s3cret}}
            """);

    assertThat(config.gateways())
        .containsEntry("default", Bind.port(8080))
        .containsEntry(
            "edge",
            Bind.port(8081)
                .listener(new Listener("a", "a.example", null, PolicySet.EMPTY))
                .listener(new Listener(null, "*.example", null, PolicySet.EMPTY)));
    assertThat(config.backends())
        .containsExactly(
            new NamedBackend(
                "main",
                HostBackend.of("a.internal:8080"),
                PolicySet.of(BackendAuth.key(Secret.of("s3cret")))));
    assertThat(config.routes().get(0))
        .isEqualTo(
            Route.builder("chat")
                .gateways("default", "edge/a")
                .hostnames("a.example")
                .matches(
                    RouteMatch.pathPrefix("/v1")
                        .method("POST")
                        .header("x-a", "b")
                        .header(":authority", new RouteMatch.Value.Regex("a.*"))
                        .query("q", "1"),
                    RouteMatch.regex("/a$"))
                .policy(Timeout.none().requestTimeout(Duration.ofSeconds(30)))
                .policy(
                    Retry.builder()
                        .attempts(2)
                        .codes(502, 503)
                        .backoff(Retry.Backoff.fixed(Duration.ofMillis(250)))
                        .build())
                .backend(
                    new RouteBackend(
                        3, new BackendReference("main"), PolicySet.of(Http.version("HTTP/2"))))
                .backend(
                    new RouteBackend(
                        1, HostBackend.of("b.example:443"), PolicySet.of(BackendTls.system())))
                .backend(new InvalidBackend())
                .build());
    assertThat(config.routes().get(1))
        .isEqualTo(Route.builder().backend(HostBackend.of("c:80")).build());
  }

  @Test
  void severalHostsAreOneBackend() {
    assertThat(
            Texts.read("backends: [{name: a, hosts: ['b:80', 'c:81']}]")
                .backends()
                .getFirst()
                .backend())
        .isEqualTo(HostBackend.of("b:80", "c:81"));
  }

  @Test
  void aGatewayReferenceMayStandAlone() {
    assertThat(
            Texts.read(
                    "gateways: {a: {port: 80}}\n"
                        + "routes: [{gateways: a, backends: [{host: 'b:80'}]}]")
                .routes()
                .getFirst()
                .gateways())
        .containsExactly("a");
  }

  @Test
  void theOlderBindsBecomeGatewaysAndRoutes() {
    GatewayConfig config =
        Texts.read(
            """
            binds:
            - port: 3000
              listeners:
              - routes:
                - name: a
                  backends: [{host: "a:80"}]
              - name: second
                hostname: b.example
                routes:
                - backends: [{host: "b:80"}]
            """);

    assertThat(config.gateways())
        .containsOnlyKeys("bind:3000")
        .containsEntry(
            "bind:3000",
            Bind.port(3000)
                .listener(new Listener(null, null, null, PolicySet.EMPTY))
                .listener(new Listener("second", "b.example", null, PolicySet.EMPTY)));
    assertThat(config.routes())
        .containsExactly(
            Route.builder("a")
                .gateways("bind:3000/listener0")
                .backend(HostBackend.of("a:80"))
                .build(),
            Route.builder().gateways("bind:3000/second").backend(HostBackend.of("b:80")).build());
  }

  @Test
  void readsTargetedPolicies() {
    GatewayConfig config =
        Texts.read(
            """
            gateways: {default: {port: 80}}
            routes: [{name: r, backends: [{backend: b}]}]
            backends: [{name: b, host: "h:80"}]
            policies:
            - name: {name: one, namespace: default}
              target: {gateway: {gatewayName: default, gatewayNamespace: default}}
              policy: {timeout: {requestTimeout: 1s}}
            - name: two
              target: {route: r}
              policy: {timeout: {requestTimeout: 2s}}
            - target: {backend: {backend: {name: b}}}
              policy: {http: {version: HTTP/1.1}}
            """);

    assertThat(config.policies())
        .containsExactly(
            new TargetedPolicy(
                "one",
                new TargetedPolicy.Target.Gateway("default", null),
                Place.ROUTE,
                Timeout.none().requestTimeout(Duration.ofSeconds(1))),
            new TargetedPolicy(
                "two",
                new TargetedPolicy.Target.Route("r", "default", null),
                Place.ROUTE,
                Timeout.none().requestTimeout(Duration.ofSeconds(2))),
            new TargetedPolicy(
                "policy2",
                new TargetedPolicy.Target.Backend("b"),
                Place.BACKEND,
                Http.version("HTTP/1.1")));
  }

  @Test
  void readsTheFormsOfBackendAuth() {
    assertThat(auth("{key: a}")).isEqualTo(BackendAuth.key(Secret.of("a")));
    assertThat(auth("{key: {value: a, location: {queryParameter: {name: k}}}}"))
        .isEqualTo(
            BackendAuth.key(
                Secret.of("a"), new dev.postern.core.CredentialLocation.QueryParameter("k")));
    assertThat(auth("{passthrough: {}}")).isEqualTo(BackendAuth.passingThrough());
    assertThat(auth("{credentials: [{location: {header: {name: x-k}}, key: a}]}").credentials())
        .containsExactly(
            new BackendAuth.Credential(
                new dev.postern.core.CredentialLocation.Header("x-k", ""), Secret.of("a")));
  }

  @Test
  void readsAKeyFromAFile(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("key"), "s3cret\n");
    Path file =
        Files.writeString(
            directory.resolve("config.yaml"),
            "backends: [{name: a, host: 'h:80', policies: {backendAuth: {key: {file: key}}}}]");
    LoadedConfig loaded = Configs.load(file);

    BackendAuth auth =
        (BackendAuth) loaded.config().backends().getFirst().policies().find("backendAuth");
    assertThat(auth.key().value().reveal()).isEqualTo("s3cret");
    assertThat(loaded.files()).containsExactly(directory.resolve("key").toAbsolutePath());
  }

  private static BackendAuth auth(String yaml) {
    GatewayConfig config =
        Texts.read("backends: [{name: a, host: 'h:80', policies: {backendAuth: " + yaml + "}}]");
    return (BackendAuth) config.backends().getFirst().policies().find("backendAuth");
  }

  @Test
  void readsTheSettingsOfTheProcess() {
    GatewayConfig config =
        Texts.read(
            """
            config:
              adminAddr: "off"
              statsAddr: "[::]:15020"
              readinessAddr: "off"
              connectionTerminationDeadline: 7s
              dns: {lookupFamily: V4Only}
              backend: {connectTimeout: 3s}
              metrics: {remove: [retries_total], maxSeries: 7}
              logging: {format: json, level: "warn,agentgateway.mcp=debug", fields: {remove: [duration]}}
              limits: {maxBufferedBytes: 1000}
            """);

    assertThat(config.config().statsAddr()).isEqualTo("[::]:15020");
    assertThat(config.config().readinessAddr()).isEqualTo("off");
    assertThat(config.config().connectionTerminationDeadline()).isEqualTo(Duration.ofSeconds(7));
    assertThat(config.config().lookupFamily()).isEqualTo(Transport.LookupFamily.V4_ONLY);
    assertThat(config.config().connectTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.config().metrics()).isEqualTo(new Metrics(List.of("retries_total"), 7));
    assertThat(config.config().logging().format()).isEqualTo(AccessLog.Format.JSON);
    assertThat(config.config().logging().levels())
        .isEqualTo(Map.of("", Level.WARNING, "dev.postern.mcp", Level.DEBUG));
    assertThat(config.frontendPolicies().accessLog().remove()).containsExactly("duration");
    assertThat(config.config().maxBufferedBytes()).isEqualTo(1000);
  }

  @Test
  void readsAndWritesTheExpressionsOfLogsSpansAndMetrics() {
    FrontendPolicies written =
        FrontendPolicies.builder()
            .accessLog(AccessLog.DEFAULT.filter("f").add("a.b", "1").add("c", "2").remove("d"))
            .tracing(
                Tracing.DEFAULT
                    .clientSampling(0.25)
                    .randomSampling(Sampling.of("request.path == '/'"))
                    .filter("g")
                    .attribute("span.name", "'n'")
                    .resource("env", "env.podName")
                    .remove("e"))
            .metrics(MetricLabels.DEFAULT.add("team", "jwt.team").add("tier", "'x'"))
            .build();
    String yaml =
        """
        frontendPolicies:
          accessLog: {filter: f, add: {a.b: 1, c: '2'}, remove: [d]}
          tracing:
            clientSampling: 0.25
            randomSampling: request.path == '/'
            filter: g
            attributes: {span.name: "'n'"}
            resources: {env: env.podName}
            remove: [e]
          metrics: {add: {team: jwt.team, tier: "'x'"}}
        """;

    GatewayConfig read = Texts.read(yaml);
    assertThat(read.frontendPolicies()).isEqualTo(written);
    assertThat(read.frontendPolicies().accessLog().add().keySet()).containsExactly("a.b", "c");
    assertThat(Texts.read(Configs.toYaml(read))).isEqualTo(read);
  }

  @Test
  void labelsOfBothPlacesAreAdded() {
    FrontendPolicies policies =
        Texts.read(
                """
                config: {metrics: {fields: {add: {team: a, tier: b}}}}
                frontendPolicies: {metrics: {add: {team: c}}}
                """)
            .frontendPolicies();

    assertThat(policies.metrics())
        .isEqualTo(MetricLabels.DEFAULT.add("tier", "b").add("team", "c"));
    assertThat(Texts.lines("config: {metrics: {fields: {add: {status: a}}}}"))
        .singleElement()
        .asString()
        .contains("config.metrics.fields.add: status (expected: a label that");
  }

  @Test
  void sharesOfTracesAreChecked() {
    assertThat(Texts.lines("frontendPolicies: {tracing: {randomSampling: 1.5}}"))
        .singleElement()
        .asString()
        .contains("1.5 (expected: true, false, 0..1 or an expression)");
  }

  @Test
  void readsFrontendPoliciesOverTheirDefaults() {
    FrontendPolicies policies =
        Texts.read(
                """
                frontendPolicies:
                  http: {maxUriBytes: 100, http2FrameSize: 20000}
                  logging: {remove: [duration]}
                  tracing: {randomSampling: true, clientSampling: 0.5}
                  forwarding: {trustedHops: 1}
                """)
            .frontendPolicies();

    assertThat(policies.http())
        .isEqualTo(HttpLimits.builder().maxUriBytes(100).http2FrameSize(20_000).build());
    assertThat(policies.accessLog().remove()).containsExactly("duration");
    assertThat(policies.tracing()).isEqualTo(Tracing.DEFAULT.clientSampling(0.5).randomSampling(1));
    assertThat(policies.forwarding().trustedHops()).isEqualTo(1);
  }

  @Test
  void theEnvironmentWinsOnlyWhenAsked() {
    LoadOptions options =
        Sample.variables("STATS_ADDR", "localhost:1", "TERMINATION_GRACE_PERIOD_SECONDS", "30");
    String yaml = "config: {statsAddr: 'localhost:2'}";

    assertThat(Configs.parse("c", yaml, options).config().config().statsAddr())
        .isEqualTo("localhost:2");
    GatewayConfig overridden =
        Configs.parse("c", yaml, options.environmentOverrides(true)).config();
    assertThat(overridden.config().statsAddr()).isEqualTo("localhost:1");
    assertThat(overridden.config().connectionTerminationDeadline())
        .isEqualTo(Duration.ofSeconds(25));
  }

  @Test
  void theEnvironmentSaysHowLogsLook() {
    LoadOptions options =
        Sample.variables("LOG_FORMAT", "json", "LOG_LEVEL", "request=off")
            .environmentOverrides(true);

    assertThat(Configs.parse("c", "config: {logging: {level: info}}", options).config().config())
        .extracting(ProcessSettings::logging)
        .isEqualTo(new Logging(AccessLog.Format.JSON, List.of("request=off")));
  }

  @Test
  void aWrongVariableOfTheEnvironmentIsNamed() {
    assertThat(
            Texts.problems(
                "", Sample.variables("STATS_ADDR", "nowhere").environmentOverrides(true)))
        .extracting(ConfigDiagnostic::text)
        .containsExactly("statsAddr: \"nowhere\" (expected: host:port, or off)");
    assertThat(Texts.problems("", Sample.variables("XDS_ADDRESS", "x").environmentOverrides(true)))
        .extracting(ConfigDiagnostic::code)
        .containsExactly(ConfigCode.UNSUPPORTED);
  }

  @Test
  void aMissingFileIsAConfigurationProblem(@TempDir Path directory) {
    Path file = directory.resolve("none.yaml");

    assertThatThrownBy(() -> Configs.load(file))
        .isInstanceOf(ConfigException.class)
        .hasMessage(file + ":1:1: error[CFG024] file not found");
  }

  @Test
  void aKubernetesManifestIsRefusedByName() {
    assertThat(Texts.lines("apiVersion: v1\nkind: Gateway\nspec: {}\n"))
        .containsExactly("1:1 CFG030 Kubernetes manifests are not supported yet");
  }

  @Test
  void whatAGatewayRefusesIsFoundInTheText() {
    LoadedConfig loaded =
        Configs.parse(
            "config.yaml",
            """
            gateways: {default: {port: 80}}
            routes:
            - name: chat
              backends:
              - backend: a
            backends:
            - {name: a, host: "h:80"}
            """,
            Sample.variables());
    dev.postern.core.InvalidConfigurationException cause =
        new dev.postern.core.InvalidConfigurationException(
            List.of(
                new dev.postern.core.InvalidConfigurationException.Problem(
                    "routes.chat.backends[0]", "references run in a circle")));

    assertThat(loaded.locate(cause))
        .hasMessageStartingWith(
            "config.yaml:5:5: error[CFG016] routes.chat.backends[0]: references run in a circle");
  }

  @Test
  void aGatewayRunsOnWhatWasRead() {
    String yaml = "gateways: {default: {port: 8080}}\nroutes: [{backends: [{invalid: null}]}]";
    try (Gateway gateway = Gateway.from(Texts.read(yaml))) {
      assertThat(gateway.handle(dev.postern.core.http.GatewayRequest.get("/").build()).status())
          .isEqualTo(500);
    }
  }
}
