package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CrossChecksTest {
  private static final String ROUTES = "routes: [{backends: [{invalid: }]}]";

  @TempDir static Path folder;

  @BeforeAll
  static void writeCertificate() throws IOException {
    HeldCertificate held = new HeldCertificate.Builder().build();
    Files.writeString(folder.resolve("one.pem"), held.certificatePem());
    Files.writeString(folder.resolve("one.key"), held.privateKeyPkcs8Pem());
  }

  static List<Arguments> rows() {
    return List.of(
        row("gateway without port", "gateways: {a: {}}", "1:12 CFG012 gateways.a.port is required"),
        row(
            "same port twice",
            "gateways: {a: {port: 80}, b: {port: 80}}",
            "1:37 CFG022 gateways.b.port: port 80 is configured by both gateways.a and gateways.b;"
                + " binds, llm, and mcp must use unique ports"),
        row(
            "port of a bind twice",
            "gateways: {a: {port: 80}}\nbinds: [{port: 80}]",
            "2:16 CFG022 binds[0].port: port 80 is configured by both gateways.a and binds[0];"
                + " binds, llm, and mcp must use unique ports"),
        row(
            "two places for the fields of the log",
            "config: {logging: {fields: {remove: [a]}}}\nfrontendPolicies: {accessLog: {}}",
            "1:19 CFG023 config.logging: cannot use deprecated config.logging together with"
                + " frontendPolicies.accessLog"),
        row(
            "level that is none",
            "config: {logging: {level: [info, loud]}}",
            "1:27 CFG016 config.logging.level: \"loud\" (expected: off, error, warn, info, debug or"
                + " trace, or a logger, = and one of these)"),
        row(
            "metric that does not exist",
            "config: {metrics: {remove: [agentgateway_requests_total, retrys, foo]}}",
            "1:58 CFG041 config.metrics.remove[1]: no metric is called retrys, did you mean"
                + " \"retries\"?",
            "1:66 CFG041 config.metrics.remove[2]: no metric is called foo"),
        row(
            "port out of range",
            "gateways: {a: {port: 0}}",
            "1:22 CFG014 gateways.a.port: 0 (expected: 1..65535)"),
        row(
            "listeners beside protocol",
            "gateways: {a: {port: 80, protocol: HTTP, listeners: [{}]}}",
            "1:26 CFG023 gateways.a cannot set protocol, tls, or policy fields when listeners are"
                + " configured"),
        row(
            "mixed protocols",
            "gateways: {a: {port: 80, listeners: [{protocol: HTTP, hostname: a}, {protocol:"
                + " TCP}]}}",
            "1:69 CFG023 gateways.a.listeners[1]: gateway listeners on port 80 cannot mix HTTP and"
                + " TCP protocols",
            "1:80 CFG030 gateways.a.listeners[1].protocol: TCP listeners are not supported yet"),
        row(
            "HTTPS without tls",
            "gateways: {a: {port: 80, protocol: HTTPS}}",
            "1:15 CFG023 gateways.a: protocol HTTPS requires tls"),
        row(
            "HTTPS listener of a bind without tls",
            "binds: [{port: 80, listeners: [{protocol: HTTPS, routes: []}]}]",
            "1:32 CFG023 binds[0].listeners[0]: HTTPS listener requires 'tls'"),
        row(
            "HTTP listener without routes",
            "binds: [{port: 80, listeners: [{protocol: HTTP}]}]",
            "1:32 CFG023 binds[0].listeners[0]: protocol HTTP requires 'routes'"),
        row(
            "TLS listener without tcpRoutes",
            "binds: [{port: 80, listeners: [{protocol: TLS}]}]",
            "1:32 CFG023 binds[0].listeners[0]: protocol TLS requires 'tcpRoutes'",
            "1:43 CFG030 binds[0].listeners[0].protocol: TLS passthrough listeners are not"
                + " supported yet"),
        row(
            "TCP listener without tcpRoutes",
            "binds: [{port: 80, listeners: [{protocol: TCP}]}]",
            "1:32 CFG023 binds[0].listeners[0]: protocol TCP requires 'tcpRoutes'",
            "1:43 CFG030 binds[0].listeners[0].protocol: TCP listeners are not supported yet"),
        row(
            "both kinds of routes",
            "binds: [{port: 80, listeners: [{routes: [], tcpRoutes: []}]}]",
            "1:32 CFG023 binds[0].listeners[0]: only 'routes' or 'tcpRoutes' may be set",
            "1:45 CFG030 binds[0].listeners[0].tcpRoutes: not supported yet"),
        row(
            "bind without port",
            "binds: [{listeners: [{routes: []}]}]",
            "1:9 CFG023 binds[0]: a bind without a port must set mode: internal"),
        row(
            "HBONE",
            "binds: [{port: 80, tunnelProtocol: hboneGateway}]",
            "1:36 CFG030 binds[0].tunnelProtocol: HBONE (Istio ambient) is not supported"),
        row(
            "unknown gateway",
            "gateways: {a: {port: 80}}\nroutes: [{gateways: [b], backends: [{invalid: }]}]",
            "2:22 CFG020 routes[0].gateways[0]: unknown gateway reference b"),
        row(
            "unknown listener",
            "gateways: {a: {port: 80, listeners: [{name: x}]}}\n"
                + "routes: [{gateways: [a/x, a/y], backends: [{invalid: }]}]",
            "2:27 CFG020 routes[0].gateways[1]: unknown gateway reference a/y"),
        row(
            "unattached route",
            "gateways: {a: {port: 80}}\nroutes: [{name: r, backends: [{invalid: }]}]",
            "2:10 CFG012 routes.r must set gateways"),
        row(
            "admin server on a port of traffic",
            "gateways: {a: {port: 80}}\nconfig: {statsAddr: 'localhost:80'}",
            "2:21 CFG022 config.statsAddr: port 80 is configured by both gateways.a.port and"
                + " config.statsAddr"),
        row(
            "backend name twice",
            "backends: [{name: a, host: 'h:80'}, {name: a, host: 'h:80'}]",
            "1:44 CFG021 backends[1].name: name a is taken"),
        row(
            "policy name twice",
            "gateways: {default: {port: 80}}\npolicies:\n"
                + "- {name: p, target: {gateway: default}, policy: {timeout: {}}}\n"
                + "- {name: p, target: {gateway: default}, policy: {retry: {}}}\n",
            "4:10 CFG021 policies[1].name: name p is taken"),
        row(
            "hostname twice",
            "gateways: {a: {port: 80, listeners: [{hostname: h}, {hostname: h}]}}",
            "1:64 CFG021 gateways.a.listeners[1].hostname: hostname h is taken"),
        row(
            "listener name twice",
            "gateways: {a: {port: 80, listeners: [{name: n}, {name: n, hostname: h}]}}",
            "1:56 CFG021 gateways.a.listeners[1].name: name n is taken"),
        row(
            "unknown backend",
            "gateways: {default: {port: 80}}\nroutes: [{backends: [{backend: b}]}]",
            "2:32 CFG020 routes[0].backends[0].backend: unknown backend b"),
        row(
            "no policy under a target",
            "gateways: {default: {port: 80}}\npolicies: [{target: {gateway: default}, policy: {}}]",
            "2:49 CFG015 policies[0].policy: 'policies' must contain exactly 1 policy"),
        row(
            "two policies under a target",
            "gateways: {default: {port: 80}}\n"
                + "policies: [{target: {gateway: default}, policy: {timeout: {}, retry: {}}}]",
            "2:49 CFG015 policies[0].policy: 'policies' must contain exactly 1 policy"),
        row(
            "gateway phase of a route",
            "gateways: {default: {port: 80}}\nroutes: [{name: r, backends: [{invalid: }]}]\n"
                + "policies: [{target: {route: r}, phase: gateway, policy: {cors: {}}}]",
            "3:12 CFG023 policies[0]: phase gateway requires a gateway as target",
            "3:58 CFG030 policies[0].policy.cors: needs the gateway-policy module on the class"
                + " path"),
        row(
            "target that does not exist",
            "policies: [{target: {route: r}, policy: {timeout: {}}}]",
            "1:29 CFG020 policies[0].target.route: no route r: the policy is attached to nothing"),
        row(
            "route without backends",
            "gateways: {default: {port: 80}}\nroutes: [{name: r}]",
            "2:10 CFG041 routes[0]: no backends: every request is answered with 500"),
        row(
            "two backends in one",
            "gateways: {default: {port: 80}}\nroutes: [{backends: [{host: 'h:80', invalid: }]}]",
            "2:22 CFG015 routes[0].backends[0]: host, invalid: more than one backend (expected:"
                + " exactly one of backend, invalid, host, hosts)"),
        row(
            "tls without cert",
            "gateways: {default: {port: 80, tls: {key: one.key}}}",
            "1:37 CFG023 gateways.default.tls: tls requires 'cert'"),
        row(
            "tls without key",
            "gateways: {default: {port: 80, tls: {cert: one.pem}}}",
            "1:37 CFG023 gateways.default.tls: tls requires 'key'"),
        row(
            "protocol HTTP with tls",
            "gateways: {default: {port: 80, protocol: HTTP, tls: {cert: one.pem, key: one.key}}}",
            "1:21 CFG023 gateways.default: protocol HTTP cannot set tls"),
        row(
            "protocol TCP with tls",
            "gateways: {default: {port: 80, protocol: TCP, tls: {cert: one.pem, key: one.key}}}",
            "1:21 CFG023 gateways.default: protocol TCP cannot set tls",
            "1:42 CFG030 gateways.default.protocol: TCP listeners are not supported yet"),
        row(
            "mixed TLS and plaintext",
            "gateways: {a: {port: 80, listeners: [{hostname: a, tls: {cert: one.pem, key:"
                + " one.key}}, {}]}}",
            "1:89 CFG023 gateways.a.listeners[1]: gateway listeners on port 80 cannot mix TLS and"
                + " plaintext"),
        row(
            "old TLS",
            "gateways: {default: {port: 80, tls: {cert: one.pem, key: one.key, minTlsVersion:"
                + " TLS_V1_0}}}",
            "1:82 CFG030 gateways.default.tls.minTLSVersion: TLS_V1_0 is not supported"),
        row(
            "dynamic CA",
            "gateways: {default: {port: 80, tls: {mode: dynamicCa, cert: one.pem, key: one.key}}}",
            "1:44 CFG030 gateways.default.tls.mode: dynamicCa is not supported yet"),
        row(
            "gateways in a bound route",
            "binds: [{port: 80, listeners: [{routes: [{gateways: [a], backends: [{invalid:"
                + " }]}]}]}]",
            "1:43 CFG010 binds[0].listeners[0].routes[0].gateways: `gateways` is not valid here; it"
                + " is valid in routes[]"));
  }

  private static Arguments row(String name, String yaml, String... problems) {
    return argumentSet(name, yaml, List.of(problems));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void says(String yaml, List<String> problems) {
    assertThat(Sample.lines(Texts.problems(yaml, Sample.variables().baseDir(folder))))
        .isEqualTo(problems);
  }

  @Test
  void aTypoDoesNotHideWhatElseIsWrong() {
    assertThat(
            Texts.lines(
                """
                gateways: {default: {prot: 80}}
                routes:
                - backends: [{backend: a}, {backend: b}]
                backends:
                - {name: a, hots: "h:80"}
                """))
        .containsExactly(
            "1:12 CFG012 gateways.default.port is required",
            "1:22 CFG010 gateways.default.prot: unknown field, did you mean \"port\"?",
            "3:38 CFG020 routes[0].backends[1].backend: unknown backend b",
            "5:13 CFG010 backends[0].hots: unknown field, did you mean \"host\"?");
  }

  @Test
  void aTargetThatDoesNotExistIsAnErrorWhenStrict() {
    assertThat(
            Texts.problems(
                    "policies: [{target: {route: r}, policy: {timeout: {}}}]",
                    Sample.variables().strict(true))
                .getFirst()
                .severity())
        .isEqualTo(ConfigDiagnostic.Severity.ERROR);
  }

  @Test
  void aDefaultGatewayTakesRoutesWithoutOne() {
    assertThat(Texts.lines("gateways: {default: {port: 80}}\n" + ROUTES)).isEmpty();
  }

  @Test
  void whatTheOperatingSystemWillNotBeToldIsSaid() {
    String yaml = "keepalives: {time: 1m, retries: 3}";
    Diagnostics problems = new Diagnostics(false);
    SourceText source = new SourceText("config.yaml", yaml);
    ConfigNode root = new YamlTree(source, problems, null).read();
    new KeepAliveCheck(problems, List.of("interval", "retries")).check(root.get("keepalives"));
    assertThat(Sample.lines(problems.finish(source)))
        .containsExactly(
            "1:33 CFG041 keepalives.retries: accepted and ignored: this JVM cannot set it on this"
                + " operating system");
  }
}
