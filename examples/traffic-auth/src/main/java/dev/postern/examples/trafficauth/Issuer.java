package dev.postern.examples.trafficauth;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/** An identity provider in small: a key of its own, and tokens signed with it. */
record Issuer(KeyPair pair) {
  static final String NAME = "https://id.example.com";
  static final String AUDIENCE = "orders";

  private static final String KEY_ID = "local";
  private static final int KEY_BYTES = 32;
  private static final Duration LIFE = Duration.ofHours(8);

  /** Returns an issuer with a new key. */
  static Issuer create() {
    try {
      return new Issuer(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns what others need to verify its tokens: a JSON Web Key Set. */
  String keySet() {
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] x = Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length);
    JsonObject key =
        JsonObject.builder()
            .put("kty", "OKP")
            .put("crv", "Ed25519")
            .put("kid", KEY_ID)
            .put("x", base64(x))
            .build();
    return Json.object("keys", Json.array(key)).toString();
  }

  /** Returns a token for a subject who has a role, valid from now on. */
  String token(String subject, String role) {
    JsonObject claims =
        JsonObject.builder()
            .put("iss", NAME)
            .put("aud", AUDIENCE)
            .put("exp", Instant.now().plus(LIFE).getEpochSecond())
            .put("sub", subject)
            .put("roles", Json.array(Json.of(role)))
            .build();
    JsonObject header = JsonObject.builder().put("alg", "EdDSA").put("kid", KEY_ID).build();
    String content = base64(header.toBytes()) + "." + base64(claims.toBytes());
    return content + "." + base64(sign(content));
  }

  private byte[] sign(String content) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(pair.getPrivate());
      signature.update(content.getBytes(StandardCharsets.US_ASCII));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
