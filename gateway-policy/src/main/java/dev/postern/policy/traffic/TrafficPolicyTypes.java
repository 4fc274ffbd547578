package dev.postern.policy.traffic;

import static dev.postern.core.config.PolicyPlace.BACKEND;
import static dev.postern.core.config.PolicyPlace.GATEWAY;
import static dev.postern.core.config.PolicyPlace.LLM;
import static dev.postern.core.config.PolicyPlace.ROUTE;
import static dev.postern.core.config.PolicyPlace.SERVICE;
import static dev.postern.core.config.PolicyPlace.UI;

import dev.postern.core.config.PolicyPlace;
import dev.postern.core.config.PolicyType;
import dev.postern.core.spi.Policy;
import java.util.Set;

/** Makes the policies of this package reachable from YAML; found by the service loader. */
public final class TrafficPolicyTypes {
  private TrafficPolicyTypes() {}

  /** {@code requestHeaderModifier}. */
  public static final class OfRequestHeaderModifier extends Type {
    /** For the service loader. */
    public OfRequestHeaderModifier() {
      super("requestHeaderModifier", RequestHeaderModifier.class, ROUTE, BACKEND, SERVICE);
    }
  }

  /** {@code responseHeaderModifier}. */
  public static final class OfResponseHeaderModifier extends Type {
    /** For the service loader. */
    public OfResponseHeaderModifier() {
      super("responseHeaderModifier", ResponseHeaderModifier.class, ROUTE, BACKEND);
    }
  }

  /** {@code requestRedirect}. */
  public static final class OfRequestRedirect extends Type {
    /** For the service loader. */
    public OfRequestRedirect() {
      super("requestRedirect", RequestRedirect.class, ROUTE, BACKEND);
    }
  }

  /** {@code urlRewrite}. */
  public static final class OfUrlRewrite extends Type {
    /** For the service loader. */
    public OfUrlRewrite() {
      super("urlRewrite", UrlRewrite.class, ROUTE);
    }
  }

  /** {@code directResponse}. */
  public static final class OfDirectResponse extends Type {
    /** For the service loader. */
    public OfDirectResponse() {
      super("directResponse", DirectResponse.class, ROUTE);
    }

    @Override
    public boolean conditional() {
      return true;
    }
  }

  /** {@code cors}. */
  public static final class OfCors extends Type {
    /** For the service loader. */
    public OfCors() {
      super("cors", Cors.class, GATEWAY, ROUTE, LLM, UI);
    }
  }

  /** {@code csrf}. */
  public static final class OfCsrf extends Type {
    /** For the service loader. */
    public OfCsrf() {
      super("csrf", Csrf.class, ROUTE, UI);
    }
  }

  abstract static class Type implements PolicyType {
    private final String key;
    private final Class<? extends Policy> type;
    private final Set<PolicyPlace> places;

    Type(String key, Class<? extends Policy> type, PolicyPlace... places) {
      this.key = key;
      this.type = type;
      this.places = Set.of(places);
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
      return places;
    }
  }
}
