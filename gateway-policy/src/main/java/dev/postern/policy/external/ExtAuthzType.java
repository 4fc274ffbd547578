package dev.postern.policy.external;

import dev.postern.core.config.ConfigCode;
import dev.postern.core.config.ConfigContext;
import dev.postern.core.config.ConfigNode;
import dev.postern.core.config.PolicyPlace;
import dev.postern.core.config.PolicyType;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.ConditionalPolicy.OnConditionError;
import dev.postern.core.spi.Policy;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code extAuthz}; found by the service loader. */
public final class ExtAuthzType implements PolicyType {
  /** What expressions name that look at a credential, or at who a caller is. */
  private static final List<String> TELLING_CALLERS_APART =
      List.of(
          "authorization",
          "cookie",
          "token",
          "api-key",
          "apikey",
          "jwt",
          "basicauth",
          "oidc",
          "source.");

  /** For the service loader. */
  public ExtAuthzType() {}

  @Override
  public String key() {
    return ExtAuthz.KIND;
  }

  @Override
  public Class<? extends Policy> type() {
    return ExtAuthz.class;
  }

  @Override
  public Set<PolicyPlace> places() {
    return Set.of(
        PolicyPlace.GATEWAY,
        PolicyPlace.ROUTE,
        PolicyPlace.BACKEND,
        PolicyPlace.LLM,
        PolicyPlace.UI);
  }

  @Override
  public boolean conditional() {
    return true;
  }

  @Override
  public Type form() {
    return ExtAuthzForm.class;
  }

  @Override
  public Object write(Policy policy) {
    return ExtAuthzForm.of((ExtAuthz) policy);
  }

  @Override
  public @Nullable Policy read(ConfigNode node, ConfigContext context) {
    checkTarget(node, context);
    ExtAuthzForm form = context.read(node, ExtAuthzForm.class);
    if (form == null) {
      return null;
    }
    ExtAuthz policy = form.policy();
    ConfigNode cache = node.get("cache");
    ConfigNode key = cache == null ? null : cache.get("key");
    if (policy.cache() != null && key != null) {
      checkKey(policy.cache().key(), key, context);
    }
    return policy;
  }

  @Override
  public void check(ConditionalPolicy policy, ConfigNode node, ConfigContext context) {
    boolean fallback = policy.conditional().getLast().condition() == null;
    if (!fallback && policy.onConditionError() != OnConditionError.DENY) {
      context.warning(
          ConfigCode.INSECURE,
          node,
          "no fallback entry: requests pass for which a condition has no value; add an entry"
              + " without a condition, or set onConditionError: deny");
    }
  }

  private static void checkTarget(ConfigNode node, ConfigContext context) {
    ConfigNode backend = node.get("backend");
    if (backend == null || backend.text().isEmpty()) {
      return;
    }
    ConfigNode backends = context.document().get("backends");
    for (ConfigNode known : backends == null ? List.<ConfigNode>of() : backends.items()) {
      ConfigNode name = known.get("name");
      if (name != null && name.text().equals(backend.text())) {
        return;
      }
    }
    context.error(ConfigCode.UNKNOWN_REFERENCE, backend, "unknown backend " + backend.text());
  }

  private static void checkKey(List<ExpressionText> parts, ConfigNode key, ConfigContext context) {
    if (parts.isEmpty()) {
      context.warning(ConfigCode.IGNORED, key, "empty: no answer is used again");
      return;
    }
    for (ExpressionText part : parts) {
      String text = part.text().toLowerCase(Locale.ROOT);
      if (TELLING_CALLERS_APART.stream().anyMatch(text::contains)) {
        return;
      }
    }
    context.warning(
        ConfigCode.INSECURE,
        key,
        "names no credential: what was decided about one caller holds for others");
  }
}
