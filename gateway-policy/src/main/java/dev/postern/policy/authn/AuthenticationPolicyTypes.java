package dev.postern.policy.authn;

import dev.postern.core.config.ConfigCode;
import dev.postern.core.config.ConfigContext;
import dev.postern.core.config.ConfigNode;
import dev.postern.core.config.PolicyPlace;
import dev.postern.core.config.PolicyType;
import dev.postern.core.spi.Policy;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the policies of this package reachable from YAML; found by the service loader. */
public final class AuthenticationPolicyTypes {
  private AuthenticationPolicyTypes() {}

  /** {@code apiKey}. */
  public static final class OfApiKey extends Type {
    /** For the service loader. */
    public OfApiKey() {
      super("apiKey", ApiKey.class);
    }

    @Override
    AuthenticationMode mode(Policy policy) {
      return ((ApiKey) policy).mode();
    }
  }

  /** {@code jwtAuth}. */
  public static final class OfJwtAuth extends Type {
    /** For the service loader. */
    public OfJwtAuth() {
      super("jwtAuth", JwtAuth.class);
    }

    @Override
    public java.lang.reflect.Type form() {
      return JwtAuthForm.class;
    }

    @Override
    public Object write(Policy policy) {
      return JwtAuthForm.of((JwtAuth) policy);
    }

    @Override
    @Nullable Policy policy(ConfigNode node, ConfigContext context) {
      JwtAuthForm form = context.read(node, JwtAuthForm.class);
      if (form == null) {
        return null;
      }
      JwtAuth policy = form.policy();
      for (JwtAuth.Provider provider : policy.providers()) {
        if (provider.audiences().isEmpty()) {
          context.warning(
              ConfigCode.INSECURE,
              node,
              "accepts tokens that "
                  + provider.issuer()
                  + " made for somebody else: audiences is not set");
        }
      }
      return policy;
    }

    @Override
    String variable() {
      return "jwt";
    }

    @Override
    AuthenticationMode mode(Policy policy) {
      return ((JwtAuth) policy).mode();
    }
  }

  /** {@code basicAuth}. */
  public static final class OfBasicAuth extends Type {
    /** For the service loader. */
    public OfBasicAuth() {
      super("basicAuth", BasicAuth.class);
    }

    @Override
    @Nullable Policy policy(ConfigNode node, ConfigContext context) {
      BasicAuth policy = context.read(node, BasicAuth.class);
      if (policy != null) {
        for (String weak : UserTable.read(policy.htpasswd().reveal()).weak()) {
          context.warning(
              ConfigCode.INSECURE, node, "some passwords are hashed with " + weak + ": use bcrypt");
        }
      }
      return policy;
    }

    @Override
    AuthenticationMode mode(Policy policy) {
      return ((BasicAuth) policy).mode();
    }
  }

  abstract static class Type implements PolicyType {
    private static final Set<PolicyPlace> PLACES =
        Set.of(PolicyPlace.GATEWAY, PolicyPlace.ROUTE, PolicyPlace.LLM, PolicyPlace.UI);

    private final String key;
    private final Class<? extends Policy> type;

    Type(String key, Class<? extends Policy> type) {
      this.key = key;
      this.type = type;
    }

    @Override
    public String key() {
      return key;
    }

    @Override
    public Class<? extends Policy> type() {
      return type;
    }

    @Override
    public Set<PolicyPlace> places() {
      return PLACES;
    }

    @Override
    public @Nullable Policy read(ConfigNode node, ConfigContext context) {
      Policy policy = policy(node, context);
      if (policy != null && mode(policy) != AuthenticationMode.STRICT && !asked(context)) {
        context.warning(
            ConfigCode.INSECURE,
            node,
            "lets requests pass without a credential ("
                + mode(policy).name().toLowerCase(Locale.ROOT)
                + "), and no authorization rule asks for "
                + variable());
      }
      return policy;
    }

    @Nullable Policy policy(ConfigNode node, ConfigContext context) {
      return context.read(node, type);
    }

    /** Returns the name of the variable that the policy offers. */
    String variable() {
      return key;
    }

    abstract AuthenticationMode mode(Policy policy);

    private boolean asked(ConfigContext context) {
      return asked(context.document(), false);
    }

    /** Whether a rule below the node speaks of the variable. */
    private boolean asked(ConfigNode node, boolean inRules) {
      if (inRules && node.text().contains(variable())) {
        return true;
      }
      for (ConfigNode item : node.items()) {
        if (asked(item, inRules)) {
          return true;
        }
      }
      for (String name : node.names()) {
        ConfigNode child = node.get(name);
        if (child != null && asked(child, inRules || name.endsWith("uthorization"))) {
          return true;
        }
      }
      return false;
    }
  }
}
