package dev.postern.core.text;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys in PEM text (RFC 7468).
 *
 * <p>Reads certificates and unencrypted keys in PKCS#8, PKCS#1 (RSA) and SEC1 (EC). Text around the
 * blocks is ignored. Messages of errors never show content.
 */
public final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \\1-----", Pattern.DOTALL);
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

  private Pem() {}

  /**
   * Returns the certificates in {@code text}, in order, at least one.
   *
   * @throws IllegalArgumentException if there is none, or one cannot be read
   */
  public static List<X509Certificate> certificates(String text) {
    List<X509Certificate> certificates = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      if (block.group(1).equals("CERTIFICATE")) {
        certificates.add(certificate(decode(block), certificates.size() + 1));
      }
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException(
          "no certificate (expected: PEM text with -----BEGIN CERTIFICATE-----)");
    }
    return List.copyOf(certificates);
  }

  private static X509Certificate certificate(byte[] der, int number) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("certificate " + number + " cannot be read", e);
    }
  }

  /**
   * Returns the private key in {@code text}.
   *
   * @throws IllegalArgumentException if there is none or more than one, or it is encrypted or
   *     cannot be read
   */
  public static PrivateKey privateKey(String text) {
    PrivateKey key = null;
    byte[] curve = new byte[0];
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      String label = block.group(1);
      if (label.equals("EC PARAMETERS")) {
        curve = decode(block);
      } else if (label.endsWith("PRIVATE KEY")) {
        if (key != null) {
          throw new IllegalArgumentException("more than one private key (expected: one)");
        }
        key = privateKey(label, block, curve);
      }
    }
    if (key == null) {
      throw new IllegalArgumentException(
          "no private key (expected: PEM text with -----BEGIN PRIVATE KEY-----)");
    }
    return key;
  }

  private static PrivateKey privateKey(String label, Matcher block, byte[] curve) {
    byte[] pkcs8 =
        switch (label) {
          case "PRIVATE KEY" -> decode(block);
          case "RSA PRIVATE KEY" -> {
            if (block.group(2).contains("ENCRYPTED")) {
              throw encrypted();
            }
            yield Pkcs8.ofPkcs1(decode(block));
          }
          case "EC PRIVATE KEY" -> {
            if (block.group(2).contains("ENCRYPTED")) {
              throw encrypted();
            }
            yield Pkcs8.ofSec1(decode(block), curve);
          }
          case "ENCRYPTED PRIVATE KEY" -> throw encrypted();
          default ->
              throw new IllegalArgumentException(
                  label + " (expected: PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY)");
        };
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException e) {
        // Another algorithm's key.
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException("private key cannot be read", e);
      }
    }
    throw new IllegalArgumentException("private key cannot be read (expected: RSA, EC or EdDSA)");
  }

  private static IllegalArgumentException encrypted() {
    return new IllegalArgumentException("the private key is encrypted (expected: an open one)");
  }

  private static byte[] decode(Matcher block) {
    try {
      return Base64.getMimeDecoder().decode(block.group(2).strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(block.group(1) + " is not base64");
    }
  }

  /**
   * Checks that a key and a certificate belong together.
   *
   * @throws IllegalArgumentException if they do not
   */
  public static void requirePair(PrivateKey key, X509Certificate certificate) {
    PublicKey publicKey = certificate.getPublicKey();
    byte[] probe = {1, 2, 3, 4, 5, 6, 7, 8};
    try {
      Signature signature = Signature.getInstance(signatureAlgorithm(publicKey));
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(probe);
      if (signature.verify(signed)) {
        return;
      }
    } catch (InvalidKeyException e) {
      // A key of another kind.
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the private key cannot be used", e);
    }
    throw new IllegalArgumentException("the private key does not belong to the certificate");
  }

  private static String signatureAlgorithm(PublicKey key) {
    return switch (key.getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
      case "RSASSA-PSS" -> "RSASSA-PSS";
      default -> "SHA256withRSA";
    };
  }
}
