package dev.postern.policy.authn;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A key that signs tokens, and what others are told of it. */
record Issuer(String kid, KeyPair pair, String jwk) {
  private static final Map<String, Issuer> MADE = new ConcurrentHashMap<>();

  /** Returns a key; equal ids are one key, since making one takes time. */
  static Issuer rsa(String kid) {
    return MADE.computeIfAbsent(
        kid,
        id -> {
          KeyPair pair = generate("RSA", 2048);
          return new Issuer(
              id,
              pair,
              new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID(id).build().toJSONString());
        });
  }

  static Issuer ec(String kid, Curve curve) {
    return MADE.computeIfAbsent(
        kid,
        id -> {
          try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve.getStdName()));
            KeyPair pair = generator.generateKeyPair();
            return new Issuer(
                id,
                pair,
                new ECKey.Builder(curve, (ECPublicKey) pair.getPublic())
                    .keyID(id)
                    .build()
                    .toJSONString());
          } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
          }
        });
  }

  static Issuer ed25519(String kid) {
    return MADE.computeIfAbsent(
        kid,
        id -> {
          KeyPair pair = generate("Ed25519", 0);
          byte[] encoded = pair.getPublic().getEncoded();
          String x = base64(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
          return new Issuer(
              id,
              pair,
              "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"" + id + "\",\"x\":\"" + x + "\"}");
        });
  }

  private static KeyPair generate(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (bits > 0) {
        generator.initialize(bits);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the set of these keys. */
  static String jwks(String... keys) {
    return "{\"keys\":[" + String.join(",", keys) + "]}";
  }

  /** Returns the set with this key alone. */
  Jwks jwks() {
    return Jwks.parse(jwks(jwk));
  }

  /** Returns a token with these claims. */
  String token(String algorithm, String claims) {
    return signed(algorithm, "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + kid + "\"}", claims);
  }

  /** Returns a token with this header, whatever it says, signed as {@code algorithm} does. */
  String signed(String algorithm, String header, String claims) {
    String signed = base64(header) + "." + base64(claims);
    return signed + "." + base64(sign(algorithm, signed.getBytes(StandardCharsets.UTF_8)));
  }

  byte[] sign(String algorithm, byte[] content) {
    try {
      String bits = algorithm.substring(algorithm.length() - 3);
      Signature signature;
      if (algorithm.startsWith("RS")) {
        signature = Signature.getInstance("SHA" + bits + "withRSA");
      } else if (algorithm.startsWith("PS")) {
        signature = Signature.getInstance("RSASSA-PSS");
        String hash = "SHA-" + bits;
        signature.setParameter(
            new PSSParameterSpec(
                hash,
                "MGF1",
                new MGF1ParameterSpec(hash),
                Integer.parseInt(bits) / 8,
                PSSParameterSpec.TRAILER_FIELD_BC));
      } else if (algorithm.startsWith("ES")) {
        signature = Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
      } else {
        signature = Signature.getInstance("Ed25519");
      }
      signature.initSign(pair.getPrivate());
      signature.update(content);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
