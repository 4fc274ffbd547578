package dev.postern.policy.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One public key, and what may be verified with it.
 *
 * <p>What the key may be used for is decided here, from its own members; the library is handed the
 * numbers of the key and a signature of an algorithm that was found to fit.
 */
final class VerificationKey {
  private static final int LEAST_RSA_BITS = 2048;
  private static final int MOST_RSA_BITS = 16_384;
  private static final String[] NUMBERS = {"kty", "crv", "n", "e", "x", "y"};

  private final String type;
  private final @Nullable String curve;
  private final @Nullable String algorithm;
  private final @Nullable String id;
  private final JWSVerifier verifier;
  private final @Nullable BigInteger order;

  private VerificationKey(Map<String, Json> members) {
    this.type = text(members, "kty", "");
    this.curve = text(members, "crv");
    this.algorithm = text(members, "alg");
    this.id = text(members, "kid");
    checkUse(members);
    Map<String, Object> numbers = new HashMap<>();
    for (String name : NUMBERS) {
      String value = text(members, name);
      if (value != null) {
        numbers.put(name, value);
      }
    }
    try {
      switch (type) {
        case "RSA" -> {
          verifier = new RSASSAVerifier(rsa(numbers));
          order = null;
        }
        case "EC" -> {
          ECPublicKey key = ec(numbers);
          verifier = new ECDSAVerifier(key);
          order = key.getParams().getOrder();
        }
        case "OKP" -> {
          if (!"Ed25519".equals(curve)) {
            throw new IllegalArgumentException("curve not supported");
          }
          verifier = Ed25519Verifier.of(text(members, "x", ""));
          order = null;
        }
        default -> throw new IllegalArgumentException("key type not supported");
      }
    } catch (ParseException | JOSEException | IllegalStateException e) {
      throw new IllegalArgumentException("not a key", e);
    }
  }

  /**
   * Reads a JSON Web Key.
   *
   * @throws IllegalArgumentException if nothing may be verified with it
   */
  static VerificationKey of(Json key) {
    if (key instanceof JsonObject object) {
      return new VerificationKey(object.members());
    }
    throw new IllegalArgumentException("not a key");
  }

  private static void checkUse(Map<String, Json> members) {
    Json use = members.get("use");
    if (use != null && !use.equals(new JsonString("sig"))) {
      throw new IllegalArgumentException("not for signatures");
    }
    Json operations = members.get("key_ops");
    if (operations != null && !Jwks.elements(operations).contains(new JsonString("verify"))) {
      throw new IllegalArgumentException("not for verification");
    }
  }

  private static RSAPublicKey rsa(Map<String, Object> numbers)
      throws ParseException, JOSEException {
    RSAPublicKey key = ((RSAKey) JWK.parse(numbers)).toRSAPublicKey();
    int bits = key.getModulus().bitLength();
    BigInteger exponent = key.getPublicExponent();
    if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS) {
      throw new IllegalArgumentException("modulus of " + bits + " bits");
    }
    if (!exponent.testBit(0) || exponent.compareTo(BigInteger.ONE) <= 0) {
      throw new IllegalArgumentException("weak exponent");
    }
    return key;
  }

  private ECPublicKey ec(Map<String, Object> numbers) throws ParseException, JOSEException {
    if (!"P-256".equals(curve) && !"P-384".equals(curve)) {
      throw new IllegalArgumentException("curve not supported");
    }
    return ((ECKey) JWK.parse(numbers)).toECPublicKey();
  }

  @Nullable String id() {
    return id;
  }

  /** Returns whether the key makes signatures of this algorithm. */
  boolean fits(JwsAlgorithm wanted) {
    return wanted.fits(type, curve) && (algorithm == null || algorithm.equals(wanted.named()));
  }

  /** Returns whether the key made the signature; it must {@linkplain #fits fit} the algorithm. */
  boolean verifies(JwsAlgorithm wanted, byte[] signed, byte[] signature) {
    if (!wanted.fits(signature) || (order != null && !inRange(signature, order))) {
      return false;
    }
    try {
      return verifier.verify(new JWSHeader(wanted.library()), signed, Base64URL.encode(signature));
    } catch (JOSEException e) {
      return false;
    }
  }

  /** Whether r and s of an ECDSA signature are both in [1, n-1]. */
  private static boolean inRange(byte[] signature, BigInteger order) {
    int half = signature.length / 2;
    BigInteger r = new BigInteger(1, Arrays.copyOfRange(signature, 0, half));
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, half, signature.length));
    return r.signum() > 0 && s.signum() > 0 && r.compareTo(order) < 0 && s.compareTo(order) < 0;
  }

  private static String text(Map<String, Json> members, String name, String otherwise) {
    String text = text(members, name);
    return text == null ? otherwise : text;
  }

  private static @Nullable String text(Map<String, Json> members, String name) {
    return switch (members.get(name)) {
      case null -> null;
      case JsonString(String text) -> text;
      default -> throw new IllegalArgumentException(name + ": no text");
    };
  }
}
