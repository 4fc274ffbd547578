package dev.postern.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.config.ConfigDiagnostic;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.Configs;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LlmChecksTest {
  private static final String SMALL = "models: [{name: small, provider: ollama}]";

  static List<Arguments> rows() {
    return List.of(
        row(
            "gateways beside a port",
            "port: 4000, gateways: [default], models: []",
            "CFG023 llm.gateways: llm.gateways cannot be used with llm.port or llm.tls"),
        row(
            "two wildcards",
            "models: [{name: '*a*', provider: ollama}]",
            "CFG016 llm.models[0].name: model name wildcard may only appear once: '*a*'"),
        row(
            "wildcard within",
            "models: [{name: 'a*b', provider: ollama}]",
            "CFG016 llm.models[0].name: model name wildcard must be either at the beginning or the"
                + " end: 'a*b'"),
        row(
            "empty id",
            "models: [{name: m, id: '', provider: ollama}]",
            "CFG016 llm.models[0].id: llm.models model id cannot be empty"),
        row(
            "id twice",
            "models: [{name: m, id: i, provider: ollama}, {name: n, id: i, provider: ollama}]",
            "CFG021 llm.models[1].id: llm.models contains duplicate model id: i"),
        row(
            "provider twice",
            "providers: [{name: p, provider: ollama}, {name: p, provider: ollama}], " + SMALL,
            "CFG021 llm.providers[1].name: llm.providers contains duplicate provider names"),
        row(
            "unknown provider",
            "models: [{name: m, provider: {reference: p}}]",
            "CFG020 llm.models[0].provider.reference: model m references unknown provider p"),
        row(
            "parameters beside a reference",
            "providers: [{name: p, provider: ollama}],"
                + " models: [{name: m, provider: {reference: p}, params: {apiKey: k}}]",
            "CFG023 llm.models[0].params: model m references provider p and can only set"
                + " params.model"),
        row(
            "reference to a reference",
            "providers: [{name: p, provider: {reference: p}}], " + SMALL,
            "CFG023 llm.providers[0].provider.reference: llm.providers.p cannot reference another"
                + " provider"),
        row(
            "custom provider without formats",
            "models: [{name: m, provider: {custom: {formats: []}}, params: {baseUrl: 'http://h'}}]",
            "CFG012 llm.models[0].provider.custom: custom provider for model m must specify at"
                + " least one format"),
        row(
            "custom provider without a place",
            "models: [{name: m, provider: {custom: {formats: [{type: completions}]}}}]",
            "CFG012 llm.models[0].provider.custom: custom provider for model m requires"
                + " params.baseUrl"),
        row(
            "user in a base URL",
            "models: [{name: m, provider: ollama, params: {baseUrl: 'http://u:p@h/v1'}}]",
            "CFG016 llm.models[0].params.baseUrl: params.baseUrl for model m cannot include user"
                + " info, query parameters, or a fragment"),
        row(
            "query in a base URL",
            "models: [{name: m, provider: ollama, params: {baseUrl: 'http://h/v1?a=b'}}]",
            "CFG016 llm.models[0].params.baseUrl: params.baseUrl for model m cannot include user"
                + " info, query parameters, or a fragment"),
        row(
            "scheme of a base URL",
            "models: [{name: m, provider: ollama, params: {baseUrl: 'ftp://h/v1'}}]",
            "CFG016 llm.models[0].params.baseUrl: params.baseUrl for model m must use http or"
                + " https, or include an explicit port"),
        row(
            "virtual model without routing",
            SMALL + ", virtualModels: [{name: v}]",
            "CFG015 llm.virtualModels[0]: virtual model v must specify exactly one routing"
                + " strategy"),
        row(
            "no weighted target",
            SMALL + ", virtualModels: [{name: v, routing: {weighted: {targets: []}}}]",
            "CFG015 llm.virtualModels[0]: virtual model v must specify at least one weighted"
                + " target"),
        row(
            "no failover target",
            SMALL + ", virtualModels: [{name: v, routing: {failover: {targets: []}}}]",
            "CFG015 llm.virtualModels[0]: virtual model v must specify at least one failover"
                + " target"),
        row(
            "target that is no model",
            SMALL
                + ", virtualModels: [{name: v, routing: {weighted: {targets: [{model: small},"
                + " {model: big}]}}}]",
            "CFG020 llm.virtualModels[0].routing.weighted.targets[1].model: virtual model target"
                + " big does not match any llm.models entry"));
  }

  private static Arguments row(String name, String fields, String problem) {
    return argumentSet(name, fields, problem);
  }

  private static List<String> problems(String fields) {
    try {
      Configs.fromYaml("gateways: {default: {port: 80}}\nllm: {" + fields + "}");
      return List.of();
    } catch (ConfigException e) {
      return e.diagnostics().stream()
          .map((ConfigDiagnostic problem) -> problem.code() + " " + problem.text())
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void says(String fields, String problem) {
    assertThat(problems(fields)).containsExactly(problem);
  }

  @Test
  void targetsMayBeNamesThatAPatternMatches() {
    assertThat(
            problems(
                "models: [{name: 'gpt-*', provider: openAI}], virtualModels: [{name: v, routing:"
                    + " {failover: {targets: [{model: gpt-5, priority: 0}]}}}]"))
        .isEmpty();
  }
}
