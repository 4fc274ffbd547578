package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DocumentedTest {
  static List<Arguments> refused() {
    return List.of(
        argumentSet("section", "ui: {}", "1:1 CFG030 ui: not supported yet"),
        argumentSet(
            "setting",
            "config: {histograms: native}",
            "1:10 CFG030 config.histograms: not supported yet"),
        argumentSet(
            "control plane",
            "config: {xdsAddress: x}",
            "1:10 CFG030 config.xdsAddress: xDS control planes are not supported; use a"
                + " configuration file"),
        argumentSet(
            "server that is not there",
            "config: {adminAddr: 'localhost:15000'}",
            "1:21 CFG030 config.adminAddr: not supported yet (expected: off)"),
        argumentSet(
            "sets of metrics",
            "config: {metrics: {sets: [otel]}}",
            "1:20 CFG030 config.metrics.sets: not supported yet"),
        argumentSet(
            "removed setting",
            "config: {listener: {}}",
            "1:10 CFG031 config.listener: config.listener has been removed; move to"
                + " frontendPolicies"),
        argumentSet(
            "ignored setting",
            "config: {trustDomain: x}",
            "1:10 CFG041 config.trustDomain: accepted and ignored"),
        argumentSet(
            "gateway policy",
            "gateways: {default: {port: 80, oidc: {}}}",
            "1:32 CFG030 gateways.default.oidc: not supported yet"),
        argumentSet(
            "route policy",
            "gateways: {default: {port: 80}}\n"
                + "routes: [{policies: {oidc: {}}, backends: [{invalid: }]}]",
            "2:22 CFG030 routes[0].policies.oidc: not supported yet"),
        argumentSet(
            "field of a policy",
            "gateways: {default: {port: 80}}\n"
                + "routes: [{policies: {retry: {retryOn: 'true'}}, backends: [{invalid: }]}]",
            "2:30 CFG030 routes[0].policies.retry.retryOn: not supported yet"),
        argumentSet(
            "backend",
            "backends: [{name: a, mcp: {}}]",
            "1:22 CFG030 backends[0].mcp: not supported yet"),
        argumentSet(
            "backend of a route of a bind",
            "binds: [{port: 80, listeners: [{routes: [{backends: [{routeGroup: g}]}]}]}]",
            "1:55 CFG030 binds[0].listeners[0].routes[0].backends[0].routeGroup: not supported"
                + " yet"),
        argumentSet(
            "field of a policy's part",
            "backends: [{name: a, host: 'h:80', policies: {backendTLS: {spiffe: {}}}}]",
            "1:60 CFG030 backends[0].policies.backendTLS.spiffe: SPIFFE Workload API is not"
                + " supported; use cert/key files"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesByName(String yaml, String problem) {
    assertThat(Texts.lines(yaml)).containsExactly(problem);
  }

  @Test
  void namesNothingThatIsBuilt() {
    Dialect dialect = Dialect.load();
    List<String> built = new ArrayList<>();
    Documented.load()
        .all()
        .forEach((address, fields) ->
            fields.forEach((name, entry) -> {
              boolean policy = address.startsWith("policies/");
              if (policy ? dialect.policy(name) != null : dialect.fields(address).contains(name)) {
                built.add(address + ": " + name);
              }
            }));

    assertThat(built).isEmpty();
  }
}
