package dev.postern.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.BackendAuth;
import dev.postern.core.Bind;
import dev.postern.core.GatewayConfig;
import dev.postern.core.ServerTls;
import dev.postern.core.config.Configs;
import dev.postern.core.http.HeaderChanges;
import dev.postern.core.json.Json;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.text.Secret;
import dev.postern.llm.provider.azure.Azure;
import dev.postern.llm.provider.compatible.Custom;
import dev.postern.llm.provider.compatible.Format;
import dev.postern.llm.provider.compatible.Preset;
import dev.postern.llm.provider.compatible.Quirks;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.Location;
import dev.postern.llm.select.Model;
import dev.postern.llm.select.NamedProvider;
import dev.postern.llm.select.SharedProvider;
import dev.postern.llm.select.VirtualModel;
import dev.postern.llm.select.VirtualModel.FailoverTarget;
import dev.postern.llm.select.VirtualModel.WeightedTarget;
import dev.postern.llm.wire.RouteType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LlmConfigTest {
  private static final String SECTION =
      """
      llm:
        port: 4100
        providers:
        - name: corp
          provider: openAI
          params: {apiKey: k1, baseUrl: "http://localhost:9/v1"}
          defaults:
            defaults: {user: corp}
            requestHeaders: {add: {x-corp: "1"}, remove: [x-old]}
        models:
        - name: gpt-*
          id: main
          visibility: internal
          provider: openai
          params: {apiKey: k2, model: gpt-5, hostOverride: "localhost:8000"}
          matches: [{headers: [{name: x-team, value: {exact: a}}]}]
          passthrough: detect
          overrides: {temperature: 0.5}
          requestHeaders: {set: {x-team: a}}
          responseHeaders: {remove: [x-secret]}
        - name: small
          provider: {reference: corp}
          params: {model: tiny}
        - name: local
          provider:
            custom:
              formats: [{type: completions}, {type: embeddings, path: /e}]
              quirks: {noStreamOptions: true}
          params: {baseUrl: "http://localhost:8000"}
        - name: "*"
          provider: ollama
        virtualModels:
        - name: mixed
          routing: {weighted: {targets: [{model: small, weight: 9}, {model: local}]}}
        - name: smart
          routing: {failover: {targets: [{model: gpt-5, priority: 0}, {model: local, priority: 1}]}}
      """;

  private static Llm section() {
    return Llm.builder()
        .port(4100)
        .provider(
            new SharedProvider(
                "corp",
                OpenAi.withKey(Secret.of("k1")),
                Location.baseUrl("http://localhost:9/v1"),
                Map.of("user", Json.of("corp")),
                Map.of(),
                new HeaderChanges(Map.of("x-corp", "1"), null, List.of("x-old")),
                HeaderChanges.NONE,
                PolicySet.EMPTY))
        .model(
            Model.builder("gpt-*")
                .id("main")
                .visibility(Model.Visibility.INTERNAL)
                .provider(OpenAi.withKey(Secret.of("k2")).model("gpt-5"))
                .location(new Location(null, "localhost:8000", null, null))
                .match(new RouteMatch.Header("x-team", new RouteMatch.Value.Exact("a")))
                .passthrough(Model.Passthrough.DETECT)
                .override("temperature", Json.parse("0.5"))
                .requestHeaders(HeaderChanges.set("x-team", "a"))
                .responseHeaders(new HeaderChanges(null, null, List.of("x-secret")))
                .build())
        .model(Model.builder("small").reference("corp").model("tiny").build())
        .model(
            Model.builder("local")
                .provider(
                    new Custom(
                        null,
                        null,
                        null,
                        List.of(
                            new Format(RouteType.COMPLETIONS, null),
                            new Format(RouteType.EMBEDDINGS, "/e")),
                        new Quirks(true)))
                .baseUrl("http://localhost:8000")
                .build())
        .model(Model.of("*", Preset.ollama()))
        .virtualModel(
            VirtualModel.weighted(
                "mixed", new WeightedTarget("small", 9), new WeightedTarget("local", 1)))
        .virtualModel(
            VirtualModel.failover(
                "smart", new FailoverTarget("gpt-5", 0), new FailoverTarget("local", 1)))
        .build();
  }

  @Test
  void theSectionReadsAsTheBuilderWritesIt() {
    assertThat(Configs.fromYaml(SECTION).sections()).containsExactly(section());
  }

  @Test
  void theSectionIsReadBackAsItIsWritten() {
    String withoutKeys = SECTION.replaceAll("apiKey: k\\d, ", "");
    GatewayConfig config = Configs.fromYaml(withoutKeys);
    assertThat(Configs.fromYaml(Configs.toYaml(config)).sections()).isEqualTo(config.sections());
  }

  @Test
  void theBackendReadsAsTheBuilderWritesIt() {
    GatewayConfig config =
        Configs.fromYaml(
            """
            binds:
            - port: 3000
              listeners:
              - routes:
                - policies:
                    ai:
                      routes: {"/v1/chat/completions": completions, "*": passthrough}
                      modelAliases: {fast: gpt-5-mini, "claude-*": other}
                  backends:
                  - ai:
                      groups:
                      - providers:
                        - {name: a, provider: {openAI: {model: gpt-5}}, policies: {backendAuth: {key: s}}}
                        - {name: b, provider: {groq: {}}, hostOverride: "localhost:1"}
                      - providers:
                        - {name: c, provider: {azure: {resourceName: r, resourceType: openAI}}}
                - backends:
                  - ai: {name: one, provider: {openAI: {}}}
            """);
    LlmBackend groups = (LlmBackend) config.routes().get(0).backends().get(0).backend();
    assertThat(groups)
        .isEqualTo(
            LlmBackend.builder()
                .group(
                    NamedProvider.of("a", OpenAi.withoutKey().model("gpt-5"))
                        .policies(PolicySet.of(BackendAuth.key(Secret.of("s")))),
                    NamedProvider.of("b", new Preset("groq", null, null))
                        .hostOverride("localhost:1"))
                .group(
                    NamedProvider.of(
                        "c", new Azure(null, null, "r", Azure.ResourceType.OPEN_AI, "v1", null)))
                .build());
    assertThat(config.routes().get(0).policies().find(AiPolicy.class))
        .isEqualTo(
            AiPolicy.DEFAULT
                .routes(
                    Map.of(
                        "/v1/chat/completions", RouteType.COMPLETIONS,
                        "*", RouteType.PASSTHROUGH))
                .modelAlias("fast", "gpt-5-mini")
                .modelAlias("claude-*", "other"));
    assertThat(config.routes().get(1).backends().get(0).backend())
        .isEqualTo(LlmBackend.builder().provider("one", OpenAi.withoutKey()).build());
  }

  @Test
  void itsOwnPortMayShowACertificate(@TempDir Path files) throws Exception {
    HeldCertificate held = new HeldCertificate.Builder().build();
    Path cert = Files.writeString(files.resolve("cert.pem"), held.certificatePem());
    Path key = Files.writeString(files.resolve("key.pem"), held.privateKeyPkcs8Pem());
    String tls = "tls: {cert: " + cert + ", key: " + key + "}";
    GatewayConfig config = Configs.fromYaml("llm: {port: 4443, " + tls + ", models: []}");
    GatewayConfig.Builder expanded = GatewayConfig.builder();
    config.sections().getFirst().expand(expanded);
    Bind bind = expanded.gateways().get("llm:4443");
    assertThat(bind.port()).isEqualTo(4443);
    assertThat(bind.tls()).extracting(ServerTls::cert).isEqualTo(cert);
    assertThatThrownBy(() -> Configs.fromYaml("llm: {" + tls + ", models: []}"))
        .hasMessageContaining("llm.tls: set without port");
  }

  static List<Arguments> refused() {
    String model = "llm: {models: [{name: m, provider: openAI, ";
    return List.of(
        argumentSet("guardrails", model + "guardrails: {}}]}", "guardrails", "not supported yet"),
        argumentSet(
            "budgets",
            "llm: {models: [], policies: {budgets: []}}",
            "budgets",
            "not supported yet"),
        argumentSet(
            "transformation",
            model + "transformation: {}}]}",
            "transformation",
            "not supported yet"),
        argumentSet(
            "anthropic",
            "llm: {models: [{name: m, provider: anthropic}]}",
            "provider",
            "anthropic is not supported yet"),
        argumentSet(
            "tokenize", model + "params: {tokenize: true}}]}", "tokenize", "not supported yet"),
        argumentSet(
            "conditional",
            "llm: {models: [], virtualModels: [{name: v, routing:"
                + " {conditional: {targets: []}}}]}",
            "conditional",
            "not supported yet"),
        argumentSet(
            "a quirk of translation",
            "llm: {models: [{name: m, provider: {custom: {formats: [{type: completions}],"
                + " quirks: {developerAsSystem: true}}}, params: {baseUrl: 'http://h'}}]}",
            "developerAsSystem",
            "not supported yet"),
        argumentSet(
            "host among headers",
            model + "requestHeaders: {set: {host: x}}}]}",
            "requestHeaders",
            "expected: not the host"),
        argumentSet(
            "port beside gateways",
            "llm: {port: 4000, gateways: [default], models: []}",
            "gateways",
            "cannot be used with llm.port or llm.tls"),
        argumentSet("typing error", model + "visibilty: public}]}", "visibilty", "visibility"),
        argumentSet(
            "bedrock",
            "backends: [{name: b, ai: {name: x, provider: {bedrock: {}}}}]",
            "bedrock",
            "not supported yet"),
        argumentSet(
            "prompt guard",
            "routes: [{policies: {ai: {promptGuard: {}}}}]",
            "promptGuard",
            "not supported yet"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatIsNotBuiltIsRefusedByName(String yaml, String field, String message) {
    assertThatThrownBy(() -> Configs.fromYaml(yaml))
        .hasMessageContaining(field)
        .hasMessageContaining(message);
  }
}
