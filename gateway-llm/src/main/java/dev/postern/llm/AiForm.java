package dev.postern.llm;

import dev.postern.core.spi.PolicySet;
import dev.postern.llm.select.Location;
import dev.postern.llm.select.NamedProvider;
import dev.postern.llm.select.ProviderGroup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code ai} backend as it is written: one provider, or groups of them. */
record AiForm(
    @Nullable String name,
    @Nullable ProviderForm provider,
    @Nullable String baseUrl,
    @Nullable String hostOverride,
    @Nullable String pathOverride,
    @Nullable String pathPrefix,
    @Nullable Boolean tokenize,
    PolicySet policies,
    @Nullable List<GroupForm> groups) {

  /** Providers of the same priority. */
  record GroupForm(List<NamedForm> providers) {}

  /** One of them. */
  record NamedForm(
      String name,
      ProviderForm provider,
      @Nullable String baseUrl,
      @Nullable String hostOverride,
      @Nullable String pathOverride,
      @Nullable String pathPrefix,
      @Nullable Boolean tokenize,
      PolicySet policies) {
    NamedProvider named() {
      checkTokenize(tokenize);
      return new NamedProvider(
          name,
          provider.provider(),
          new Location(baseUrl, hostOverride, pathOverride, pathPrefix),
          policies);
    }

    static NamedForm of(NamedProvider named) {
      Location location = named.location();
      return new NamedForm(
          named.name(),
          ProviderForm.of(named.provider()),
          location.baseUrl(),
          location.hostOverride(),
          location.pathOverride(),
          location.pathPrefix(),
          null,
          named.policies());
    }
  }

  LlmBackend backend() {
    boolean grouped = groups != null && !groups.isEmpty();
    if (grouped == (provider != null)) {
      throw new IllegalArgumentException("provider, groups (expected: exactly one of them)");
    }
    if (provider != null) {
      NamedForm only =
          new NamedForm(
              name == null ? "default" : name,
              provider,
              baseUrl,
              hostOverride,
              pathOverride,
              pathPrefix,
              tokenize,
              policies);
      return backend(List.of(ProviderGroup.of(only.named())));
    }
    List<GroupForm> written = groups == null ? List.of() : groups;
    return backend(
        written.stream()
            .map(
                group -> new ProviderGroup(group.providers.stream().map(NamedForm::named).toList()))
            .toList());
  }

  private static LlmBackend backend(List<ProviderGroup> groups) {
    return new LlmBackend(groups, List.of(), List.of(), List.of());
  }

  static AiForm of(LlmBackend backend) {
    if (backend.groups().isEmpty()) {
      throw new IllegalArgumentException("ai: a list of models can be written as llm only");
    }
    List<GroupForm> groups =
        backend.groups().stream()
            .map(group -> new GroupForm(group.providers().stream().map(NamedForm::of).toList()))
            .toList();
    if (groups.size() == 1 && groups.get(0).providers.size() == 1) {
      NamedForm only = groups.get(0).providers.get(0);
      return new AiForm(
          only.name,
          only.provider,
          only.baseUrl,
          only.hostOverride,
          only.pathOverride,
          only.pathPrefix,
          null,
          only.policies,
          null);
    }
    return new AiForm(null, null, null, null, null, null, null, PolicySet.EMPTY, groups);
  }

  static void checkTokenize(@Nullable Boolean tokenize) {
    if (Boolean.TRUE.equals(tokenize)) {
      throw new IllegalArgumentException("tokenize: true is not supported yet");
    }
  }
}
