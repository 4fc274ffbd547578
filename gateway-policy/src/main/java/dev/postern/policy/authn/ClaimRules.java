package dev.postern.policy.authn;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonNull;
import dev.postern.core.json.JsonNumber;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the claims of a verified token must say. */
final class ClaimRules {
  private static final double MOST = 1e11;

  private final JwtAuth.Provider provider;
  private final double skew;

  ClaimRules(JwtAuth.Provider provider) {
    this.provider = provider;
    this.skew = provider.clockSkew().toMillis() / 1000.0;
  }

  /** Returns what is wrong with the claims, or null. */
  @Nullable JwtFailure check(JsonObject claims, Instant now) {
    JwtFailure times = checkTimes(claims, now);
    if (times != null) {
      return times;
    }
    Map<String, Json> members = claims.members();
    Json audience = members.get("aud");
    if (audience != null && !isAudience(audience)) {
      return JwtFailure.MALFORMED;
    }
    if (!provider.audiences().isEmpty() && !overlaps(audience)) {
      return JwtFailure.AUDIENCE;
    }
    for (String required : provider.jwtValidationOptions().requiredClaims()) {
      Json value = members.get(required);
      if (value == null || value instanceof JsonNull) {
        return JwtFailure.MISSING_CLAIM;
      }
    }
    return null;
  }

  /** Returns what is wrong with the times of a token, or null. */
  @Nullable JwtFailure checkTimes(JsonObject claims, Instant now) {
    Map<String, Json> members = claims.members();
    double seconds = now.toEpochMilli() / 1000.0;
    for (String name : List.of("exp", "nbf", "iat")) {
      Json value = members.get(name);
      if (value == null) {
        continue;
      }
      if (!(value instanceof JsonNumber number) || Math.abs(number.toDouble()) > MOST) {
        return JwtFailure.MALFORMED;
      }
      if (name.equals("exp") && number.toDouble() <= seconds - skew) {
        return JwtFailure.EXPIRED;
      }
      if (!name.equals("exp") && number.toDouble() > seconds + skew) {
        return JwtFailure.NOT_YET_VALID;
      }
    }
    return null;
  }

  private static boolean isAudience(Json audience) {
    return audience instanceof JsonString
        || (audience instanceof JsonArray array
            && array.elements().stream().allMatch(JsonString.class::isInstance));
  }

  private boolean overlaps(@Nullable Json audience) {
    return switch (audience) {
      case JsonString(String one) -> provider.audiences().contains(one);
      case JsonArray array ->
          array.elements().stream()
              .anyMatch(element ->
                  element instanceof JsonString(String one) && provider.audiences().contains(one));
      case null, default -> false;
    };
  }
}
