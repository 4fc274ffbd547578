package dev.postern.llm.provider.compatible;

import static java.util.Objects.requireNonNull;

import dev.postern.core.text.Secret;
import dev.postern.llm.provider.OpenAiModels;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.wire.RouteType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A known service that speaks OpenAI's formats.
 *
 * @param name which
 * @param model the model that all calls are sent to, or null to send the one that was asked for
 * @param apiKey the key, or null for none of its own
 */
public record Preset(String name, @Nullable String model, @Nullable Secret apiKey)
    implements Provider {
  private static final RouteType C = RouteType.COMPLETIONS;
  private static final RouteType R = RouteType.RESPONSES;
  private static final RouteType E = RouteType.EMBEDDINGS;

  private static final Map<String, Service> SERVICES = new TreeMap<>();

  static {
    add("cohere", "https://api.cohere.ai", "/compatibility/v1", C, E);
    add("ollama", "http://localhost:11434", "/v1", C, R, E);
    add("baseten", "https://inference.baseten.co", "/v1", C);
    add("cerebras", "https://api.cerebras.ai", "/v1", C);
    add("deepinfra", "https://api.deepinfra.com", "/v1/openai", C, E);
    add("deepseek", "https://api.deepseek.com", "/v1", C, R);
    add("groq", "https://api.groq.com", "/openai/v1", C, R);
    add("huggingface", "https://router.huggingface.co", "/v1", C, R);
    add("mistral", "https://api.mistral.ai", "/v1", C, E);
    add("openrouter", "https://openrouter.ai", "/api/v1", C, R, E);
    add("togetherai", "https://api.together.xyz", "/v1", C, E);
    add("xai", "https://api.x.ai", "/v1", C, R);
    add("fireworks", "https://api.fireworks.ai", "/inference/v1", C, R, E);
    add("perplexity", "https://api.perplexity.ai", "", C);
    add("nvidia", "https://integrate.api.nvidia.com", "/v1", C, E);
    add("sambanova", "https://api.sambanova.ai", "/v1", C, E);
    add("moonshot", "https://api.moonshot.ai", "/v1", C);
    add("zai", "https://api.z.ai", "/api/paas/v4", C);
    add("dashscope", "https://dashscope-intl.aliyuncs.com", "/compatible-mode/v1", C, E);
  }

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if no service has that name
   */
  public Preset {
    if (!SERVICES.containsKey(name)) {
      throw new IllegalArgumentException("name: " + name + " (expected: one of " + names() + ")");
    }
  }

  /** Returns the names of the known services. */
  public static Set<String> names() {
    return Set.copyOf(SERVICES.keySet());
  }

  /** Returns the service of this name without a key of its own. */
  public static Optional<Preset> named(String name) {
    return SERVICES.containsKey(name)
        ? Optional.of(new Preset(name, null, null))
        : Optional.empty();
  }

  /** Returns a service, called with a key. */
  public static Preset withKey(String name, Secret apiKey) {
    return new Preset(name, null, requireNonNull(apiKey, "apiKey"));
  }

  /** Returns an Ollama server on this machine, which needs no key. */
  public static Preset ollama() {
    return new Preset("ollama", null, null);
  }

  /** Returns this with all calls sent to one model. */
  public Preset model(String model) {
    return new Preset(name, requireNonNull(model, "model"), apiKey);
  }

  /** Returns this called with a key. */
  public Preset apiKey(Secret apiKey) {
    return new Preset(name, model, requireNonNull(apiKey, "apiKey"));
  }

  @Override
  public String kind() {
    return name;
  }

  @Override
  public String system() {
    return name;
  }

  @Override
  public String origin() {
    return service().origin;
  }

  @Override
  public String pathPrefix() {
    return service().pathPrefix;
  }

  @Override
  public @Nullable String path(RouteType type, String model) {
    return service().formats.contains(type) ? usualPath(type) : null;
  }

  @Override
  public boolean knowsHeader(String name) {
    return this.name.equals("openrouter") && OpenAiModels.isOwnHeader(name);
  }

  static @Nullable String usualPath(RouteType type) {
    return switch (type) {
      case COMPLETIONS -> "/chat/completions";
      case RESPONSES -> "/responses";
      case EMBEDDINGS -> "/embeddings";
      default -> null;
    };
  }

  private Service service() {
    return requireNonNull(SERVICES.get(name));
  }

  private static void add(String name, String origin, String pathPrefix, RouteType... formats) {
    SERVICES.put(name, new Service(origin, pathPrefix, List.of(formats)));
  }

  private record Service(String origin, String pathPrefix, List<RouteType> formats) {}
}
