package dev.postern.llm.provider.azure;

import static java.util.Objects.requireNonNull;

import dev.postern.core.text.Secret;
import dev.postern.llm.provider.KeyHeader;
import dev.postern.llm.provider.OpenAiModels;
import dev.postern.llm.provider.PathSegments;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.wire.RouteType;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Azure OpenAI, and models in Azure AI Foundry that speak OpenAI's formats.
 *
 * @param model the deployment that all calls are sent to, or null to send the one that was asked
 *     for
 * @param apiKey the key, or null for none of its own
 * @param resourceName the name of the resource, part of the host name
 * @param resourceType the kind of the resource
 * @param apiVersion {@code v1}, {@code preview} or a date such as {@code 2024-10-21}; {@code v1} by
 *     default
 * @param projectName the project in Foundry, or null for none
 */
public record Azure(
    @Nullable String model,
    @Nullable Secret apiKey,
    String resourceName,
    ResourceType resourceType,
    String apiVersion,
    @Nullable String projectName)
    implements Provider {
  /** The API version by default. */
  public static final String DEFAULT_API_VERSION = "v1";

  private static final KeyHeader API_KEY = new KeyHeader("api-key", "");
  private static final Pattern RESOURCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,62}");
  private static final Pattern DATED = Pattern.compile("\\d{4}-\\d{2}-\\d{2}(-preview)?");

  /** The kinds of resources. */
  public enum ResourceType {
    /** Azure OpenAI. */
    OPEN_AI("openAI"),
    /** Azure AI Foundry. */
    FOUNDRY("foundry"),
    /** Azure AI services. */
    AI_SERVICES("aiServices");

    private final String key;

    ResourceType(String key) {
      this.key = key;
    }

    @Override
    public String toString() {
      return key;
    }
  }

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if the resource name cannot be part of a host name, or the API
   *     version is none
   */
  public Azure {
    requireNonNull(resourceName, "resourceName");
    requireNonNull(resourceType, "resourceType");
    if (!RESOURCE.matcher(resourceName).matches()) {
      throw new IllegalArgumentException(
          "resourceName: " + resourceName + " (expected: letters, digits and hyphens)");
    }
    if (!apiVersion.equals("v1")
        && !apiVersion.equals("preview")
        && !DATED.matcher(apiVersion).matches()) {
      throw new IllegalArgumentException(
          "apiVersion: " + apiVersion + " (expected: v1, preview or a date such as 2024-10-21)");
    }
  }

  /** Returns an Azure OpenAI resource, called with a key. */
  public static Azure openAi(String resourceName, Secret apiKey) {
    return new Azure(
        null,
        requireNonNull(apiKey, "apiKey"),
        resourceName,
        ResourceType.OPEN_AI,
        DEFAULT_API_VERSION,
        null);
  }

  /** Returns a Foundry resource, called with a key. */
  public static Azure foundry(String resourceName, Secret apiKey) {
    return new Azure(
        null,
        requireNonNull(apiKey, "apiKey"),
        resourceName,
        ResourceType.FOUNDRY,
        DEFAULT_API_VERSION,
        null);
  }

  /** Returns this with all calls sent to one deployment. */
  public Azure model(String model) {
    return new Azure(model, apiKey, resourceName, resourceType, apiVersion, projectName);
  }

  /** Returns this with another API version. */
  public Azure apiVersion(String apiVersion) {
    return new Azure(model, apiKey, resourceName, resourceType, apiVersion, projectName);
  }

  /** Returns this with a project in Foundry. */
  public Azure projectName(String projectName) {
    return new Azure(model, apiKey, resourceName, resourceType, apiVersion, projectName);
  }

  @Override
  public String kind() {
    return "azure";
  }

  @Override
  public String system() {
    return "azure";
  }

  @Override
  public String origin() {
    String domain =
        resourceType == ResourceType.OPEN_AI ? ".openai.azure.com" : ".services.ai.azure.com";
    return "https://" + resourceName + domain;
  }

  @Override
  public String pathPrefix() {
    if (projectName != null) {
      return "/api/projects/" + PathSegments.encode(projectName) + "/openai/v1";
    }
    return isDated() ? "/openai" : "/openai/v1";
  }

  @Override
  public @Nullable String path(RouteType type, String model) {
    String suffix =
        switch (type) {
          case COMPLETIONS -> "/chat/completions";
          case RESPONSES -> "/responses";
          case EMBEDDINGS -> "/embeddings";
          default -> null;
        };
    if (suffix == null || projectName != null || apiVersion.equals("v1")) {
      return suffix;
    }
    String query = "?api-version=" + apiVersion;
    // The dated API names the deployment in the path, but not for responses.
    return isDated() && type != RouteType.RESPONSES
        ? "/deployments/" + PathSegments.encode(model) + suffix + query
        : suffix + query;
  }

  @Override
  public KeyHeader keyHeader(String path) {
    return API_KEY;
  }

  @Override
  public boolean knowsHeader(String name) {
    return OpenAiModels.isOwnHeader(name);
  }

  @Override
  public Set<String> ownQuery() {
    return Set.of("api-version");
  }

  @Override
  public boolean renamesMaxTokens(String model) {
    return OpenAiModels.renamesMaxTokens(model);
  }

  private boolean isDated() {
    return DATED.matcher(apiVersion).matches();
  }
}
