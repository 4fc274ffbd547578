package dev.postern.core.config;

import dev.postern.core.text.Suggestions;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Guesses what an unknown field was meant to be. */
final class FieldNames {
  /** Names that people know from elsewhere. */
  private static final Map<String, List<String>> KNOWN_AS =
      Map.ofEntries(
          Map.entry("extAuth", List.of("extAuthz")),
          Map.entry("jwtAuthentication", List.of("jwtAuth")),
          Map.entry("jwt", List.of("jwtAuth")),
          Map.entry("apiKeyAuthentication", List.of("apiKey")),
          Map.entry("apiKeys", List.of("apiKey")),
          Map.entry("basicAuthentication", List.of("basicAuth")),
          Map.entry("rateLimit", List.of("localRateLimit", "remoteRateLimit")),
          Map.entry("rateLimits", List.of("localRateLimit", "remoteRateLimit")),
          Map.entry("timeouts", List.of("timeout")),
          Map.entry("retries", List.of("retry")),
          Map.entry("transformation", List.of("transformations")),
          Map.entry("headers", List.of("requestHeaderModifier", "responseHeaderModifier")),
          Map.entry("headerModifiers", List.of("requestHeaderModifier", "responseHeaderModifier")),
          Map.entry("redirect", List.of("requestRedirect")),
          Map.entry("rewrite", List.of("urlRewrite")),
          Map.entry("mirror", List.of("requestMirror")),
          Map.entry("tls", List.of("backendTLS")),
          Map.entry("auth", List.of("backendAuth")),
          Map.entry("rbac", List.of("authorization", "mcpAuthorization")),
          Map.entry("prefix", List.of("pathPrefix")),
          Map.entry("servers", List.of("targets")),
          Map.entry("mcpServers", List.of("targets")));

  private static final Map<String, String> FOREIGN =
      Map.of(
          "model_list", "this is a LiteLLM file, which cannot be read",
          "litellm_params", "this belongs to a LiteLLM file, which cannot be read",
          "apiVersion", "this is a Kubernetes manifest, which cannot be read");

  private FieldNames() {}

  /** Returns what was probably meant, best first; of names that are valid at the place only. */
  static List<String> meant(String written, Collection<String> valid) {
    for (String name : valid) {
      if (name.equalsIgnoreCase(written)) {
        return List.of(name);
      }
    }
    List<String> known = KNOWN_AS.getOrDefault(written, List.of());
    List<String> usable = known.stream().filter(valid::contains).toList();
    if (!usable.isEmpty()) {
      return usable;
    }
    Optional<String> closest = Suggestions.closest(written, valid);
    return closest.map(List::of).orElse(List.of());
  }

  /** Returns what file the field belongs to, if it is known from another program. */
  static Optional<String> foreign(String written) {
    return Optional.ofNullable(FOREIGN.get(written));
  }
}
