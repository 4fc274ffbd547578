package dev.postern.core.listener;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys read from PEM files. Every failure says which file and what is wrong. */
final class TlsMaterial {
  private static final Pattern KEY_BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([^-]*)-----END");

  private TlsMaterial() {}

  /** Returns the certificates of a file; never none. */
  static List<X509Certificate> certificates(String what, Path file) throws IOException {
    byte[] pem = read(what, file);
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))) {
        certificates.add((X509Certificate) certificate);
      }
    } catch (CertificateException e) {
      throw new IOException(what + " " + file + ": not a PEM certificate", e);
    }
    if (certificates.isEmpty()) {
      throw new IOException(what + " " + file + ": no certificate in it");
    }
    return certificates;
  }

  /** Returns the private key of a file, which must belong to {@code certificate}. */
  static PrivateKey key(Path file, X509Certificate certificate) throws IOException {
    String pem = new String(read("key", file), StandardCharsets.ISO_8859_1);
    Matcher block = KEY_BLOCK.matcher(pem);
    if (!block.find()) {
      throw new IOException("key " + file + ": no PEM private key in it");
    }
    String kind = block.group(1).trim();
    if (kind.equals("ENCRYPTED") || block.group(2).contains("ENCRYPTED")) {
      throw new IOException("key " + file + ": encrypted keys are not supported");
    }
    PublicKey pair = certificate.getPublicKey();
    try {
      byte[] der = Base64.getMimeDecoder().decode(block.group(2));
      byte[] pkcs8 = kind.isEmpty() ? der : wrap(der, pair);
      PrivateKey key =
          KeyFactory.getInstance(pair.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      if (!belongTogether(key, pair)) {
        throw new IOException("key " + file + ": not the key of the certificate");
      }
      return key;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("key " + file + ": not a usable key of the certificate", e);
    }
  }

  private static byte[] read(String what, Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException(what + " " + file + ": no such file", e);
    } catch (IOException e) {
      throw new IOException(what + " " + file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /*
   * PKCS#1 and SEC1 keys are what PKCS#8 (RFC 5958 §2) wraps together with the algorithm. The
   * algorithm stands in front of the certificate's public key in the same form.
   */
  private static byte[] wrap(byte[] key, PublicKey pair) {
    byte[] subject = pair.getEncoded();
    int start = contentStart(subject, 0);
    int end = contentStart(subject, start) + contentLength(subject, start);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(new byte[] {2, 1, 0});
    content.write(subject, start, end - start);
    element(4, key, content);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    element(0x30, content.toByteArray(), whole);
    return whole.toByteArray();
  }

  private static void element(int tag, byte[] content, ByteArrayOutputStream out) {
    out.write(tag);
    if (content.length < 128) {
      out.write(content.length);
    } else {
      out.write(0x82);
      out.write(content.length >> 8);
      out.write(content.length);
    }
    out.writeBytes(content);
  }

  private static int contentStart(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 128 ? 0 : first - 128);
  }

  private static int contentLength(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 128) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < first - 128; i++) {
      length = length << 8 | (der[at + 2 + i] & 0xff);
    }
    return length;
  }

  private static boolean belongTogether(PrivateKey key, PublicKey pair)
      throws GeneralSecurityException {
    String algorithm =
        switch (pair.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> pair.getAlgorithm();
        };
    byte[] sample = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(sample);
    byte[] signed = signature.sign();
    signature.initVerify(pair);
    signature.update(sample);
    return signature.verify(signed);
  }
}
