package dev.postern.policy.authn;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonException;
import dev.postern.core.json.JsonLimits;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * The three parts of a signed token (RFC 7515 §7.1), read strictly: nothing in it was verified yet.
 *
 * Of the header only alg, kid and typ are ever looked at. A token that says of itself where its key
 * is (jwk, jku, x5u, x5c) is not asked; one that says it has extensions (crit) or is compressed is
 * refused.
 */
final class CompactToken {
  private static final int LONGEST = 16 * 1024;
  private static final JsonLimits LIMITS =
      JsonLimits.DEFAULT.withNesting(32).withMembers(10_000).withUniqueNames(true);

  private final Map<String, Json> header;
  private final JwsAlgorithm algorithm;
  private final JsonObject claims;
  private final byte[] signed;
  private final byte[] signature;

  private CompactToken(
      Map<String, Json> header,
      JwsAlgorithm algorithm,
      JsonObject claims,
      byte[] signed,
      byte[] signature) {
    this.header = header;
    this.algorithm = algorithm;
    this.claims = claims;
    this.signed = signed;
    this.signature = signature;
  }

  /** Returns the parts, or null if the text is no token of a kind that is accepted. */
  static @Nullable CompactToken read(String token) {
    if (tooLong(token)) {
      return null;
    }
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (first <= 0 || second < 0 || token.indexOf('.', second + 1) >= 0) {
      return null;
    }
    JsonObject header = object(token.substring(0, first));
    if (header == null
        || header.members().containsKey("crit")
        || header.members().containsKey("zip")) {
      return null;
    }
    JwsAlgorithm algorithm =
        header.members().get("alg") instanceof JsonString(String name)
            ? JwsAlgorithm.named(name)
            : null;
    JsonObject claims = algorithm == null ? null : object(token.substring(first + 1, second));
    byte[] signature = claims == null ? null : StrictBase64.decode(token.substring(second + 1));
    if (algorithm == null || claims == null || signature == null || signature.length == 0) {
      return null;
    }
    byte[] signed = token.substring(0, second).getBytes(StandardCharsets.US_ASCII);
    return new CompactToken(header.members(), algorithm, claims, signed, signature);
  }

  static boolean tooLong(String token) {
    return token.length() > LONGEST;
  }

  private static @Nullable JsonObject object(String part) {
    byte[] bytes = StrictBase64.decode(part);
    try {
      return bytes != null && Json.parse(bytes, LIMITS) instanceof JsonObject object
          ? object
          : null;
    } catch (JsonException e) {
      return null;
    }
  }

  JwsAlgorithm algorithm() {
    return algorithm;
  }

  JsonObject claims() {
    return claims;
  }

  /** Returns the text of a member of the header, or null if it is absent or no text. */
  @Nullable String header(String name) {
    return header.get(name) instanceof JsonString(String text) ? text : null;
  }

  boolean verifiedBy(VerificationKey key) {
    return key.verifies(algorithm, signed, signature);
  }
}
