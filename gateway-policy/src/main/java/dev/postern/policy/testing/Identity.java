package dev.postern.policy.testing;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who calls in a test: what the policies that ask for it believe without a proof.
 *
 * @param jwt the claims of a token, or null without one
 * @param apiKey the name of a configured key, or the metadata of one that is not configured; null
 *     without a key
 * @param basicAuth the name of a user, or null
 * @param certificate what the client certificate says, or null without one
 */
record Identity(
    @Nullable Map<String, Json> jwt,
    @Nullable Json apiKey,
    @Nullable String basicAuth,
    @Nullable ClientCertificate certificate) {
  /** What the exchange of a test says of its caller. */
  static final AttributeKey<Identity> KEY = AttributeKey.of("identity of a test");

  static final Identity NOBODY = new Identity(null, null, null, null);

  /** Checks the key. */
  Identity {
    jwt = jwt == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(jwt));
    if (apiKey != null && !(apiKey instanceof JsonString) && !(apiKey instanceof JsonObject)) {
      throw new IllegalArgumentException(
          "apiKey: " + apiKey + " (expected: the name of a key, or an object with metadata)");
    }
  }
}
