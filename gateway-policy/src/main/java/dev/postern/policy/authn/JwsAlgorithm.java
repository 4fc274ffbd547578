package dev.postern.policy.authn;

import com.nimbusds.jose.JWSAlgorithm;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The signatures that are accepted, and the keys they need: no others exist here. */
enum JwsAlgorithm {
  RS256("RSA", null, "RS256", 0),
  RS384("RSA", null, "RS384", 0),
  RS512("RSA", null, "RS512", 0),
  PS256("RSA", null, "PS256", 0),
  PS384("RSA", null, "PS384", 0),
  PS512("RSA", null, "PS512", 0),
  ES256("EC", "P-256", "ES256", 64),
  ES384("EC", "P-384", "ES384", 96),
  EDDSA("OKP", "Ed25519", "EdDSA", 64);

  private final String keyType;
  private final @Nullable String curve;
  private final String standardName;
  private final int signatureLength;

  JwsAlgorithm(String keyType, @Nullable String curve, String standardName, int signatureLength) {
    this.keyType = keyType;
    this.curve = curve;
    this.standardName = standardName;
    this.signatureLength = signatureLength;
  }

  /** Returns the algorithm of that name, exactly as written, or null. */
  static @Nullable JwsAlgorithm named(String name) {
    for (JwsAlgorithm algorithm : values()) {
      if (algorithm.standardName.equals(name)) {
        return algorithm;
      }
    }
    return null;
  }

  /** Returns all names, for messages. */
  static String names() {
    return Arrays.stream(values()).map(JwsAlgorithm::named).collect(Collectors.joining(", "));
  }

  String named() {
    return standardName;
  }

  JWSAlgorithm library() {
    return JWSAlgorithm.parse(standardName);
  }

  /** Returns whether keys of this type, on this curve, make such signatures. */
  boolean fits(String type, @Nullable String on) {
    return keyType.equals(type) && (curve == null || curve.equals(on));
  }

  /** Returns whether a signature may be that long. */
  boolean fits(byte[] signature) {
    return signatureLength == 0 || signature.length == signatureLength;
  }
}
