package dev.postern.policy.authn;

import dev.postern.core.exchange.Exchange;
import org.jspecify.annotations.Nullable;

/** Where the keys of an issuer are now. Safe for concurrent use. */
interface KeySource {
  /** Returns the keys, or null if there are none at the moment. May wait for a fetch. */
  @Nullable KeySet keys(Exchange exchange);

  /**
   * Returns keys that are newer than {@code known}, because a token names a key that is not among
   * them; or {@code known}. May wait for a fetch.
   */
  default KeySet newer(KeySet known, Exchange exchange) {
    return known;
  }
}
