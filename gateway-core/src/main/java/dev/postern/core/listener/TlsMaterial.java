package dev.postern.core.listener;

import dev.postern.core.text.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** Certificates and keys read from PEM files. Every failure says which file and what is wrong. */
final class TlsMaterial {
  private TlsMaterial() {}

  /** Returns the certificates of a file; never none. */
  static List<X509Certificate> certificates(String what, Path file) throws IOException {
    String pem = read(what, file);
    try {
      return Pem.certificates(pem);
    } catch (IllegalArgumentException e) {
      throw new IOException(what + " " + file + ": " + e.getMessage(), e);
    }
  }

  /** Returns the private key of a file, which must belong to {@code certificate}. */
  static PrivateKey key(Path file, X509Certificate certificate) throws IOException {
    String pem = read("key", file);
    try {
      PrivateKey key = Pem.privateKey(pem);
      Pem.requirePair(key, certificate);
      return key;
    } catch (IllegalArgumentException e) {
      throw new IOException("key " + file + ": " + e.getMessage(), e);
    }
  }

  private static String read(String what, Path file) throws IOException {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IOException(what + " " + file + ": no such file", e);
    } catch (IOException e) {
      throw new IOException(what + " " + file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
