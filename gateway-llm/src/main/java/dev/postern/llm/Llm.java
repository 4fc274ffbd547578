package dev.postern.llm;

import dev.postern.core.Bind;
import dev.postern.core.GatewayConfig;
import dev.postern.core.Section;
import dev.postern.core.ServerTls;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.llm.select.Model;
import dev.postern.llm.select.SharedProvider;
import dev.postern.llm.select.VirtualModel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shorthand for a gateway of models: one port, or paths of a gateway that serves other things
 * too, and the models that may be asked for.
 *
 * @param port the port of its own; 4000 by default when it stands on no gateway
 * @param tls the certificate to show on the port of its own, or null for plaintext
 * @param gateways the gateways whose paths it serves; the one called {@code default} if there is
 *     one and no port is set
 * @param providers providers that models refer to by name
 * @param models the models that may be asked for
 * @param virtualModels names that stand for one of several models
 * @param policies what holds for all calls, before a model is chosen
 */
public record Llm(
    @Nullable Integer port,
    @Nullable ServerTls tls,
    List<String> gateways,
    List<SharedProvider> providers,
    List<Model> models,
    List<VirtualModel> virtualModels,
    PolicySet policies)
    implements Section {
  /** The port when nothing else is said. */
  public static final int DEFAULT_PORT = 4000;

  private static final String NAME = "llm:models";
  private static final List<String> PATHS =
      List.of(
          "/v1/chat/completions",
          "/v1/messages",
          "/v1/messages/count_tokens",
          "/v1/responses",
          "/v1/embeddings",
          "/v1/rerank",
          "/v2/rerank",
          "/v1/realtime");
  private static final String GEMINI_METHODS =
      "/.*:(generateContent|streamGenerateContent|countTokens)";

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if gateways are set beside a port, or TLS without a port
   */
  public Llm {
    gateways = List.copyOf(gateways);
    providers = List.copyOf(providers);
    models = List.copyOf(models);
    virtualModels = List.copyOf(virtualModels);
    if ((port != null || tls != null) && !gateways.isEmpty()) {
      throw new IllegalArgumentException("gateways: cannot be used with port or tls");
    }
    if (tls != null && port == null) {
      throw new IllegalArgumentException("tls: set without port (expected: beside port)");
    }
  }

  /** Returns a builder. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String kind() {
    return "llm";
  }

  @Override
  public void expand(GatewayConfig.Builder config) {
    List<String> attached = gateways;
    if (attached.isEmpty()
        && port == null
        && config.gateways().containsKey(GatewayConfig.DEFAULT_GATEWAY)) {
      attached = List.of(GatewayConfig.DEFAULT_GATEWAY);
    }
    List<RouteMatch> matches = attached.isEmpty() ? List.of(RouteMatch.ANY) : servedPaths();
    if (attached.isEmpty()) {
      int own = port == null ? DEFAULT_PORT : port;
      config.gateway("llm:" + own, new Bind(own, null, tls, List.of(), PolicySet.EMPTY));
      attached = List.of("llm:" + own);
    }
    LlmBackend backend = new LlmBackend(List.of(), providers, models, virtualModels);
    String[] on = attached.toArray(String[]::new);
    config.route(
        NAME,
        route -> {
          route.gateways(on).matches(matches.toArray(RouteMatch[]::new)).backend(backend);
          for (Policy policy : policies.all()) {
            route.policy(policy);
          }
        });
  }

  private static List<RouteMatch> servedPaths() {
    List<RouteMatch> matches = new ArrayList<>();
    PATHS.forEach(path -> matches.add(RouteMatch.exact(path)));
    matches.add(RouteMatch.pathPrefix("/v1/models"));
    matches.add(RouteMatch.regex(GEMINI_METHODS));
    return matches;
  }

  /** Collects the parts of the section. */
  public static final class Builder {
    private @Nullable Integer port;
    private @Nullable ServerTls tls;
    private final List<String> gateways = new ArrayList<>();
    private final List<SharedProvider> providers = new ArrayList<>();
    private final List<Model> models = new ArrayList<>();
    private final List<VirtualModel> virtualModels = new ArrayList<>();
    private PolicySet policies = PolicySet.EMPTY;

    private Builder() {}

    /** Sets the port of its own. */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /** Sets the certificate to show on the port of its own. */
    public Builder tls(ServerTls tls) {
      this.tls = tls;
      return this;
    }

    /** Adds a gateway whose paths it serves. */
    public Builder gateway(String gateway) {
      gateways.add(gateway);
      return this;
    }

    /** Adds a provider that models refer to by name. */
    public Builder provider(SharedProvider provider) {
      providers.add(provider);
      return this;
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

    /** Adds a policy for all calls. */
    public Builder policy(Policy policy) {
      policies = policies.plus(policy);
      return this;
    }

    /** Returns the section. */
    public Llm build() {
      return new Llm(port, tls, gateways, providers, models, virtualModels, policies);
    }
  }
}
