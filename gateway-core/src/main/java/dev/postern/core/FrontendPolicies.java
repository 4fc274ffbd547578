package dev.postern.core;

/** How connections and the requests on them are treated, before any route. */
public record FrontendPolicies() {
  /** The defaults. */
  public static final FrontendPolicies DEFAULT = new FrontendPolicies();
}
