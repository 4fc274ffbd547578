package dev.postern.llm;

import dev.postern.core.BackendAuth;
import dev.postern.core.BackendTls;
import dev.postern.core.Health;
import dev.postern.core.ServerTls;
import dev.postern.core.http.HeaderChanges;
import dev.postern.core.json.Json;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.llm.select.Model;
import dev.postern.llm.select.ModelPattern;
import dev.postern.llm.select.SharedProvider;
import dev.postern.llm.select.VirtualModel;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The {@code llm} section as it is written. */
record LlmForm(
    @Nullable Integer port,
    @Nullable ServerTls tls,
    @Nullable List<String> gateways,
    @Nullable List<SharedForm> providers,
    List<ModelForm> models,
    @Nullable List<VirtualModel> virtualModels,
    PolicySet policies) {
  LlmForm {
    Objects.requireNonNull(models, "models");
  }

  /** A condition on the headers of a request. */
  record MatchForm(List<RouteMatch.Header> headers) {}

  /** A provider that models refer to. */
  record SharedForm(
      String name,
      ModelProviderForm provider,
      @Nullable ParamsForm params,
      @Nullable DefaultsForm defaults) {
    SharedProvider shared() {
      ParamsForm written = params == null ? ParamsForm.EMPTY : params;
      DefaultsForm inherited = defaults == null ? DefaultsForm.EMPTY : defaults;
      if (provider instanceof ModelProviderForm.Reference) {
        throw new IllegalArgumentException("provider: a reference (expected: a provider)");
      }
      return new SharedProvider(
          name,
          provider.provider(written),
          written.location(),
          orEmpty(inherited.defaults),
          orEmpty(inherited.overrides),
          orNone(inherited.requestHeaders),
          orNone(inherited.responseHeaders),
          LlmForm.policies(inherited.tls, inherited.backendTLS, inherited.auth, inherited.health));
    }

    static SharedForm of(SharedProvider shared) {
      PolicySet policies = shared.policies();
      return new SharedForm(
          shared.name(),
          ModelProviderForm.of(shared.provider()),
          ParamsForm.of(shared.provider(), null, shared.location()),
          new DefaultsForm(
              shared.defaults(),
              shared.overrides(),
              orNull(shared.requestHeaders()),
              orNull(shared.responseHeaders()),
              policies.find(BackendTls.class),
              null,
              policies.find(BackendAuth.class),
              policies.find(Health.class)));
    }
  }

  /** What models take over from their provider. */
  record DefaultsForm(
      @Nullable Map<String, Json> defaults,
      @Nullable Map<String, Json> overrides,
      @Nullable HeaderChanges requestHeaders,
      @Nullable HeaderChanges responseHeaders,
      @Nullable BackendTls tls,
      @Nullable BackendTls backendTLS,
      @Nullable BackendAuth auth,
      @Nullable Health health) {
    static final DefaultsForm EMPTY =
        new DefaultsForm(null, null, null, null, null, null, null, null);
  }

  /** A model. */
  record ModelForm(
      String name,
      @Nullable String id,
      Model.@Nullable Visibility visibility,
      ModelProviderForm provider,
      @Nullable ParamsForm params,
      @Nullable List<MatchForm> matches,
      Model.@Nullable Passthrough passthrough,
      @Nullable Map<String, Json> defaults,
      @Nullable Map<String, Json> overrides,
      @Nullable HeaderChanges requestHeaders,
      @Nullable HeaderChanges responseHeaders,
      @Nullable BackendTls tls,
      @Nullable BackendTls backendTLS,
      @Nullable BackendAuth auth,
      @Nullable Health health) {
    ModelForm {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(provider, "provider");
    }

    Model model() {
      ParamsForm written = params == null ? ParamsForm.EMPTY : params;
      boolean refers = provider instanceof ModelProviderForm.Reference;
      if (refers && !written.hasOnlyModel()) {
        throw new IllegalArgumentException(
            "params: more than model beside a reference (expected: only model)");
      }
      return new Model(
          new ModelPattern(name),
          id,
          visibility == null ? Model.Visibility.PUBLIC : visibility,
          refers ? null : provider.provider(written),
          provider instanceof ModelProviderForm.Reference to ? to.reference() : null,
          refers ? written.model() : null,
          written.location(),
          matches == null ? List.of() : matches.stream().map(MatchForm::headers).toList(),
          passthrough,
          orEmpty(defaults),
          orEmpty(overrides),
          orNone(requestHeaders),
          orNone(responseHeaders),
          LlmForm.policies(tls, backendTLS, auth, health));
    }

    static ModelForm of(Model model) {
      PolicySet policies = model.policies();
      return new ModelForm(
          model.name().text(),
          model.id(),
          model.visibility(),
          model.provider() == null
              ? new ModelProviderForm.Reference(Objects.requireNonNull(model.reference()))
              : ModelProviderForm.of(model.provider()),
          ParamsForm.of(model.provider(), model.model(), model.location()),
          model.matches().isEmpty() ? null : model.matches().stream().map(MatchForm::new).toList(),
          model.passthrough(),
          model.defaults().isEmpty() ? null : model.defaults(),
          model.overrides().isEmpty() ? null : model.overrides(),
          orNull(model.requestHeaders()),
          orNull(model.responseHeaders()),
          policies.find(BackendTls.class),
          null,
          policies.find(BackendAuth.class),
          policies.find(Health.class));
    }
  }

  Llm section() {
    return new Llm(
        port,
        tls,
        gateways == null ? List.of() : gateways,
        providers == null ? List.of() : providers.stream().map(SharedForm::shared).toList(),
        models.stream().map(ModelForm::model).toList(),
        virtualModels == null ? List.of() : virtualModels,
        policies);
  }

  static LlmForm of(Llm llm) {
    return new LlmForm(
        llm.port(),
        llm.tls(),
        llm.gateways(),
        llm.providers().stream().map(SharedForm::of).toList(),
        llm.models().stream().map(ModelForm::of).toList(),
        llm.virtualModels(),
        llm.policies());
  }

  private static PolicySet policies(
      @Nullable BackendTls tls,
      @Nullable BackendTls backendTls,
      @Nullable BackendAuth auth,
      @Nullable Health health) {
    if (tls != null && backendTls != null) {
      throw new IllegalArgumentException("tls, backendTLS: both set (expected: at most one)");
    }
    PolicySet set = PolicySet.EMPTY;
    for (Policy policy : new @Nullable Policy[] {tls, backendTls, auth, health}) {
      set = policy == null ? set : set.plus(policy);
    }
    return set;
  }

  private static HeaderChanges orNone(@Nullable HeaderChanges changes) {
    return changes == null ? HeaderChanges.NONE : changes;
  }

  private static @Nullable HeaderChanges orNull(HeaderChanges changes) {
    return changes.equals(HeaderChanges.NONE) ? null : changes;
  }

  private static Map<String, Json> orEmpty(@Nullable Map<String, Json> map) {
    return map == null ? Map.of() : map;
  }
}
