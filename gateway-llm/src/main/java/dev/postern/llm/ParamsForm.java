package dev.postern.llm;

import dev.postern.core.text.Secret;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.provider.azure.Azure;
import dev.postern.llm.select.Location;
import org.jspecify.annotations.Nullable;

/** The {@code params} of a model or a shared provider as they are written. */
record ParamsForm(
    @Nullable String model,
    @Nullable Secret apiKey,
    @Nullable String baseUrl,
    @Nullable String hostOverride,
    @Nullable String pathOverride,
    @Nullable String pathPrefix,
    @Nullable Boolean tokenize,
    @Nullable String azureResourceName,
    Azure.@Nullable ResourceType azureResourceType,
    @Nullable String azureApiVersion,
    @Nullable String azureProjectName) {
  static final ParamsForm EMPTY =
      new ParamsForm(null, null, null, null, null, null, null, null, null, null, null);

  ParamsForm {
    AiForm.checkTokenize(tokenize);
  }

  Location location() {
    return new Location(baseUrl, hostOverride, pathOverride, pathPrefix);
  }

  boolean hasOnlyModel() {
    return apiKey == null
        && location().equals(Location.USUAL)
        && azureResourceName == null
        && azureResourceType == null
        && azureApiVersion == null
        && azureProjectName == null;
  }

  Azure azure() {
    if (azureResourceName == null) {
      throw new IllegalArgumentException("params.azureResourceName is required");
    }
    return new Azure(
        model,
        apiKey,
        azureResourceName,
        azureResourceType == null ? Azure.ResourceType.OPEN_AI : azureResourceType,
        azureApiVersion == null ? Azure.DEFAULT_API_VERSION : azureApiVersion,
        azureProjectName);
  }

  static @Nullable ParamsForm of(
      @Nullable Provider provider, @Nullable String model, Location location) {
    Azure azure = provider instanceof Azure found ? found : null;
    ParamsForm form =
        new ParamsForm(
            provider == null ? model : provider.model(),
            provider == null ? null : provider.apiKey(),
            location.baseUrl(),
            location.hostOverride(),
            location.pathOverride(),
            location.pathPrefix(),
            null,
            azure == null ? null : azure.resourceName(),
            azure == null ? null : azure.resourceType(),
            azure == null ? null : azure.apiVersion(),
            azure == null ? null : azure.projectName());
    return form.equals(EMPTY) ? null : form;
  }
}
