package dev.postern.core.config;

import dev.postern.core.BackendTls;
import dev.postern.core.ServerTls;
import dev.postern.core.text.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks into the files of certificates and keys that a configuration names, so that what is wrong
 * with them is said of the field that names them, before a port is opened.
 */
final class CertificateChecks {
  private final Diagnostics problems;

  CertificateChecks(Diagnostics problems) {
    this.problems = problems;
  }

  /** Checks a value that was read of {@code node}, if it names certificates. */
  void check(ConfigNode node, Object value) {
    if (value instanceof ServerTls tls) {
      pair(node, tls.cert(), tls.key());
      certificates(node, "root", tls.root());
    } else if (value instanceof BackendTls tls) {
      pair(node, tls.cert(), tls.key());
      certificates(node, "root", tls.root());
    }
  }

  private void pair(ConfigNode node, @Nullable Path cert, @Nullable Path key) {
    List<X509Certificate> chain = certificates(node, "cert", cert);
    String text = text(node, "key", key);
    if (text == null) {
      return;
    }
    try {
      PrivateKey secret = Pem.privateKey(text);
      if (!chain.isEmpty()) {
        Pem.requirePair(secret, chain.getFirst());
      }
    } catch (IllegalArgumentException e) {
      malformed(node, "key", key, e);
    }
  }

  /** Returns the certificates of a file; none when there is no file, or it was complained about. */
  private List<X509Certificate> certificates(ConfigNode node, String field, @Nullable Path file) {
    String text = text(node, field, file);
    if (text == null) {
      return List.of();
    }
    try {
      List<X509Certificate> certificates = Pem.certificates(text);
      certificates.forEach(certificate -> validity(at(node, field), file, certificate));
      return certificates;
    } catch (IllegalArgumentException e) {
      malformed(node, field, file, e);
      return List.of();
    }
  }

  private void validity(ConfigNode at, @Nullable Path file, X509Certificate certificate) {
    Instant now = Instant.now();
    Instant start = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    if (now.isAfter(end)) {
      problems.warning(ConfigCode.INSECURE, at, file + ": certificate expired on " + end);
    } else if (now.isBefore(start)) {
      problems.warning(ConfigCode.INSECURE, at, file + ": certificate not valid before " + start);
    }
  }

  private @Nullable String text(ConfigNode node, String field, @Nullable Path file) {
    if (file == null) {
      return null;
    }
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      problems.error(ConfigCode.UNREADABLE, at(node, field), file + ": cannot be read");
      return null;
    }
  }

  private void malformed(
      ConfigNode node, String field, @Nullable Path file, IllegalArgumentException e) {
    problems.error(ConfigCode.MALFORMED, at(node, field), file + ": " + e.getMessage());
  }

  private static ConfigNode at(ConfigNode node, String field) {
    ConfigNode written = node.get(field);
    return written == null ? node : written;
  }
}
