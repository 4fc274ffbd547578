package dev.postern.llm;

import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.exchange.Handler;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.VariableSource;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.select.Model;
import dev.postern.llm.select.NamedProvider;
import dev.postern.llm.select.ProviderGroup;
import dev.postern.llm.select.SharedProvider;
import dev.postern.llm.select.VirtualModel;
import java.util.ArrayList;
import java.util.List;

/**
 * A backend of large language models: takes calls in the formats clients speak, finds the provider
 * for the model, and relays the answer byte for byte.
 *
 * <p>It either spreads calls for any model over groups of providers, or serves a list of models.
 *
 * @param groups groups of providers, the preferred one first; those of a later group are called
 *     when none of the earlier ones can
 * @param providers providers that models refer to by name
 * @param models the models that may be asked for
 * @param virtualModels names that stand for one of several models
 */
public record LlmBackend(
    List<ProviderGroup> groups,
    List<SharedProvider> providers,
    List<Model> models,
    List<VirtualModel> virtualModels)
    implements Backend {
  /** The most bytes of a request or of an answer that is read as a whole, unless configured. */
  static final long BUFFER_LIMIT = 32L << 20;

  private static final int MAX_GROUPS = 32;

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException unless there are either groups or models, at most 32 groups
   */
  public LlmBackend {
    groups = List.copyOf(groups);
    providers = List.copyOf(providers);
    models = List.copyOf(models);
    virtualModels = List.copyOf(virtualModels);
    if (groups.size() > MAX_GROUPS) {
      throw new IllegalArgumentException(
          "groups: " + groups.size() + " (expected: 1.." + MAX_GROUPS + ")");
    }
    if (!groups.isEmpty() && !(models.isEmpty() && virtualModels.isEmpty())) {
      throw new IllegalArgumentException("groups, models: both set (expected: one of them)");
    }
  }

  /** Returns a builder of a backend that sends all calls to one provider. */
  public static Builder builder(Provider provider) {
    return builder().provider(provider.kind(), provider);
  }

  /** Returns a builder. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String kind() {
    return "ai";
  }

  @Override
  public List<VariableSource> variables() {
    return List.of(new LlmVariable());
  }

  @Override
  public boolean asksAdmission() {
    return true;
  }

  @Override
  public long bufferLimit() {
    return BUFFER_LIMIT;
  }

  @Override
  public ErrorRenderer errorRenderer() {
    return LlmErrorRenderer.INSTANCE;
  }

  @Override
  public Handler handler(BackendContext context) {
    return LlmHandler.of(this, context);
  }

  /** Collects the parts of a backend. */
  public static final class Builder {
    private final List<List<NamedProvider>> groups = new ArrayList<>();
    private final List<SharedProvider> shared = new ArrayList<>();
    private final List<Model> models = new ArrayList<>();
    private final List<VirtualModel> virtualModels = new ArrayList<>();
    private AiPolicy policy = AiPolicy.DEFAULT;

    private Builder() {}

    /** Adds a provider to the last group. */
    public Builder provider(String name, Provider provider) {
      return provider(NamedProvider.of(name, provider));
    }

    /** Adds a provider to the last group. */
    public Builder provider(NamedProvider provider) {
      if (groups.isEmpty()) {
        groups.add(new ArrayList<>());
      }
      groups.get(groups.size() - 1).add(provider);
      return this;
    }

    /** Adds a group of providers, called when none of the groups before it can be. */
    public Builder group(NamedProvider... providers) {
      groups.add(new ArrayList<>(List.of(providers)));
      return this;
    }

    /** Adds a provider that models refer to by name. */
    public Builder sharedProvider(SharedProvider provider) {
      shared.add(provider);
      return this;
    }

    /** Adds a model that a provider serves. */
    public Builder model(String name, Provider provider) {
      return model(Model.of(name, provider));
    }

    /** Adds a model. */
    public Builder model(Model model) {
      models.add(model);
      return this;
    }

    /** Adds a name that stands for one of several models. */
    public Builder virtualModel(VirtualModel model) {
      virtualModels.add(model);
      return this;
    }

    /** Adds another name for a model of the providers in groups. */
    public Builder alias(String name, String model) {
      policy = policy.modelAlias(name, model);
      return this;
    }

    /** Returns the backend. */
    public LlmBackend build() {
      List<ProviderGroup> built = new ArrayList<>();
      for (List<NamedProvider> group : groups) {
        built.add(new ProviderGroup(group.stream().map(this::withPolicy).toList()));
      }
      return new LlmBackend(built, shared, models, virtualModels);
    }

    private NamedProvider withPolicy(NamedProvider provider) {
      return policy.equals(AiPolicy.DEFAULT) ? provider : provider.policies(PolicySet.of(policy));
    }
  }
}
