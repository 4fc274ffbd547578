package dev.postern.policy.authn;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonException;
import dev.postern.core.json.JsonLimits;
import dev.postern.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The usable keys of a JSON Web Key Set. Immutable.
 *
 * @param keys at least one
 * @param skipped how many were left out because nothing may be verified with them
 */
record KeySet(List<VerificationKey> keys, int skipped) {
  private static final int MOST_KEYS = 100;
  private static final JsonLimits LIMITS =
      JsonLimits.DEFAULT.withNesting(32).withMembers(100_000).withUniqueNames(true);

  /**
   * Reads a set.
   *
   * @throws IllegalArgumentException if it is none, has too many keys, or none that is usable
   */
  static KeySet read(byte[] json) {
    try {
      return of(keysOf(Json.parse(json, LIMITS)));
    } catch (JsonException e) {
      throw new IllegalArgumentException("no JSON (expected: a JSON Web Key Set)", e);
    }
  }

  /** Reads a set that is a text. */
  static KeySet read(String json) {
    return read(json.getBytes(StandardCharsets.UTF_8));
  }

  static List<Json> keysOf(Json document) {
    if (document instanceof JsonObject object
        && object.members().get("keys") instanceof JsonArray array) {
      return array.elements();
    }
    throw new IllegalArgumentException("no list of keys (expected: a JSON Web Key Set)");
  }

  static KeySet of(List<Json> written) {
    if (written.size() > MOST_KEYS) {
      throw new IllegalArgumentException(
          "keys: " + written.size() + " keys (expected: at most " + MOST_KEYS + ")");
    }
    List<VerificationKey> usable = new ArrayList<>();
    for (Json key : written) {
      try {
        usable.add(VerificationKey.of(key));
      } catch (IllegalArgumentException e) {
        // A key for something else, or of a kind that came later: the others still count.
      }
    }
    if (usable.isEmpty()) {
      throw new IllegalArgumentException(
          "keys: none is usable (expected: RSA, EC or Ed25519 keys)");
    }
    return new KeySet(List.copyOf(usable), written.size() - usable.size());
  }

  /** Returns the keys with that id. */
  List<VerificationKey> named(String id) {
    List<VerificationKey> named = new ArrayList<>(1);
    for (VerificationKey key : keys) {
      if (id.equals(key.id())) {
        named.add(key);
      }
    }
    return named;
  }

  /** Returns the key if there is only one, or null. */
  @Nullable VerificationKey single() {
    return keys.size() == 1 ? keys.getFirst() : null;
  }

  /** Equal only to itself: whatever was verified with another set is verified again. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
