package dev.postern.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.text.Secret;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.provider.azure.Azure;
import dev.postern.llm.provider.compatible.Custom;
import dev.postern.llm.provider.compatible.Format;
import dev.postern.llm.provider.compatible.Preset;
import dev.postern.llm.provider.compatible.Quirks;
import dev.postern.llm.provider.gemini.Gemini;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.Location;
import dev.postern.llm.wire.RoutePaths;
import dev.postern.llm.wire.RouteType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProvidersTest {
  private static final Secret KEY = Secret.of("k");

  static List<Arguments> addresses() {
    return List.of(
        argumentSet(
            "OpenAI",
            OpenAi.withKey(KEY),
            Location.USUAL,
            "https://api.openai.com/v1/chat/completions"),
        argumentSet(
            "base URL",
            OpenAi.withKey(KEY),
            Location.baseUrl("http://localhost:8000/api/"),
            "http://localhost:8000/api/chat/completions"),
        argumentSet(
            "host",
            OpenAi.withKey(KEY),
            new Location(null, "localhost:8000", null, null),
            "http://localhost:8000/v1/chat/completions"),
        argumentSet(
            "host with TLS",
            OpenAi.withKey(KEY),
            new Location(null, "proxy.internal:443", null, null),
            "https://proxy.internal/v1/chat/completions"),
        argumentSet(
            "prefix",
            OpenAi.withKey(KEY),
            new Location(null, null, null, "/x/v2"),
            "https://api.openai.com/x/v2/chat/completions"),
        argumentSet(
            "whole path",
            OpenAi.withKey(KEY),
            new Location(null, null, "/one", null),
            "https://api.openai.com/one"),
        argumentSet(
            "Azure",
            Azure.openAi("res", KEY),
            Location.USUAL,
            "https://res.openai.azure.com/openai/v1/chat/completions"),
        argumentSet(
            "Azure preview",
            Azure.openAi("res", KEY).apiVersion("preview"),
            Location.USUAL,
            "https://res.openai.azure.com/openai/v1/chat/completions?api-version=preview"),
        argumentSet(
            "Azure dated",
            Azure.openAi("res", KEY).apiVersion("2024-10-21"),
            Location.USUAL,
            "https://res.openai.azure.com/openai/deployments/m%2F1/chat/completions"
                + "?api-version=2024-10-21"),
        argumentSet(
            "Foundry project",
            Azure.foundry("res", KEY).projectName("p"),
            Location.USUAL,
            "https://res.services.ai.azure.com/api/projects/p/openai/v1/chat/completions"),
        argumentSet(
            "Gemini",
            Gemini.withKey(KEY),
            Location.USUAL,
            "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"),
        argumentSet(
            "groq",
            Preset.withKey("groq", KEY),
            Location.USUAL,
            "https://api.groq.com/openai/v1/chat/completions"),
        argumentSet(
            "cohere",
            Preset.withKey("cohere", KEY),
            Location.USUAL,
            "https://api.cohere.ai/compatibility/v1/chat/completions"),
        argumentSet(
            "perplexity",
            Preset.withKey("perplexity", KEY),
            Location.USUAL,
            "https://api.perplexity.ai/chat/completions"),
        argumentSet(
            "deepinfra",
            Preset.withKey("deepinfra", KEY),
            Location.USUAL,
            "https://api.deepinfra.com/v1/openai/chat/completions"),
        argumentSet(
            "ollama",
            Preset.ollama(),
            Location.USUAL,
            "http://localhost:11434/v1/chat/completions"),
        argumentSet(
            "vLLM",
            Custom.vllm(),
            Location.baseUrl("http://gpu:8000/v1"),
            "http://gpu:8000/v1/chat/completions"),
        argumentSet(
            "own path",
            new Custom(
                null,
                null,
                null,
                List.of(new Format(RouteType.COMPLETIONS, "/api/chat")),
                Quirks.NONE),
            new Location(null, "gpu:8000", null, null),
            "http://gpu:8000/api/chat"));
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void callsGoWhereTheProviderIs(Provider provider, Location location, String expected) {
    ProviderAddress address = new ProviderAddress(provider, location, false);
    String scheme = address.endpoint().tls() ? "https://" : "http://";
    assertThat(scheme + address.authority() + address.target(RouteType.COMPLETIONS, "m/1"))
        .isEqualTo(expected);
  }

  @Test
  void forwardedPathsTakeTheProvidersStartInPlaceOfTheUsualOne() {
    ProviderAddress groq = new ProviderAddress(Preset.withKey("groq", KEY), Location.USUAL, false);
    assertThat(groq.forwarded("/v1/files")).isEqualTo("/openai/v1/files");
    ProviderAddress prefixed =
        new ProviderAddress(OpenAi.withKey(KEY), new Location(null, null, null, "/x/v1"), false);
    assertThat(prefixed.forwarded("/v1/files")).isEqualTo("/x/v1/files");
    assertThat(prefixed.forwarded("/x/v1/files")).isEqualTo("/x/v1/files");
    assertThat(prefixed.forwarded("/files")).isEqualTo("/x/v1/files");
    ProviderAddress usual = new ProviderAddress(OpenAi.withKey(KEY), Location.USUAL, false);
    assertThat(usual.forwarded("/v1/files")).isEqualTo("/v1/files");
    assertThat(usual.forwarded("/other")).isEqualTo("/other");
  }

  @Test
  void formatsAProviderDoesNotSpeakHaveNoPath() {
    ProviderAddress mistral =
        new ProviderAddress(Preset.withKey("mistral", KEY), Location.USUAL, false);
    assertThat(mistral.target(RouteType.RESPONSES, "m")).isNull();
    assertThat(mistral.target(RouteType.EMBEDDINGS, "m")).isEqualTo("/v1/embeddings");
  }

  @Test
  void whatIsNotBuiltIsRefusedByName() {
    assertThatThrownBy(() -> new Gemini(null, KEY, Gemini.ChatPath.NATIVE))
        .hasMessage("chatPath: native is not supported yet");
    assertThatThrownBy(() -> Format.of(RouteType.MESSAGES))
        .hasMessage("type: messages is not supported yet");
    assertThatThrownBy(() -> AiPolicy.DEFAULT.routes(Map.of("/v1/messages", RouteType.MESSAGES)))
        .hasMessage("routes./v1/messages: messages is not supported yet");
  }

  @Test
  void aCustomProviderMustSayWhereItIs() {
    assertThatThrownBy(() -> new ProviderAddress(Custom.vllm(), Location.USUAL, false))
        .hasMessage("custom: nothing tells where it is (expected: baseUrl or hostOverride)");
  }

  static List<Arguments> paths() {
    return List.of(
        argumentSet("completions", "/v1/chat/completions", RouteType.COMPLETIONS),
        argumentSet("mounted", "/openai/v1/chat/completions/", RouteType.COMPLETIONS),
        argumentSet("without version", "/chat/completions", RouteType.COMPLETIONS),
        argumentSet("legacy", "/v1/completions", RouteType.TEXT_COMPLETIONS),
        argumentSet("responses", "/v1/responses", RouteType.RESPONSES),
        argumentSet("one response", "/v1/responses/resp_1", RouteType.DETECT),
        argumentSet("cancelled response", "/v1/responses/resp_1/cancel", RouteType.DETECT),
        argumentSet("batches", "/v1/messages/batches/b1/results", RouteType.MESSAGE_BATCHES),
        argumentSet("Gemini", "/v1beta/models/g:streamGenerateContent", RouteType.GENERATE_CONTENT),
        argumentSet("model", "/v1/models/org/name", RouteType.MODELS),
        argumentSet("Bedrock", "/model/anthropic.claude/converse", RouteType.DETECT),
        argumentSet("images", "/v1/images/generations", RouteType.DETECT),
        argumentSet("speech", "/v1/audio/speech", RouteType.PASSTHROUGH),
        argumentSet("file", "/v1/files/f1/content", RouteType.FILES),
        argumentSet("anything", "/v1/fine_tuning/jobs", RouteType.PASSTHROUGH));
  }

  @ParameterizedTest
  @MethodSource("paths")
  void thePathTellsTheKindOfCall(String path, RouteType expected) {
    assertThat(RoutePaths.DEFAULT.match(path)).isNotNull();
    assertThat(RoutePaths.DEFAULT.match(path).type()).isEqualTo(expected);
  }

  @Test
  void configuredPathsReplaceSingleOnesOrAll() {
    RoutePaths one = RoutePaths.replacing(Map.of("/v1/moderations", RouteType.PASSTHROUGH));
    assertThat(one.match("/v1/moderations").type()).isEqualTo(RouteType.PASSTHROUGH);
    assertThat(one.match("/v1/embeddings").type()).isEqualTo(RouteType.EMBEDDINGS);
    assertThat(RoutePaths.replacing(Map.of()).match("/anything").type())
        .isEqualTo(RouteType.COMPLETIONS);
  }
}
