package dev.postern.core;

import dev.postern.core.spi.Policy;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards a backend. Without values, TLS with the JVM's own trust.
 *
 * @param cert the client certificate chain, PEM
 * @param key the key of the client certificate, PEM
 * @param root the authorities to trust, PEM, instead of the JVM's own
 * @param hostname the name to ask for and to find in the certificate, instead of the backend's host
 * @param insecure verify nothing; false by default
 * @param insecureHost verify the chain but not the name; false by default
 * @param subjectAltNames names of which the certificate must carry one, instead of the host
 */
public record BackendTls(
    @Nullable Path cert,
    @Nullable Path key,
    @Nullable Path root,
    @Nullable String hostname,
    Boolean insecure,
    Boolean insecureHost,
    List<String> subjectAltNames)
    implements Policy {
  /** Sets the defaults and checks the values. */
  public BackendTls {
    insecure = Checks.orElse(insecure, false);
    insecureHost = Checks.orElse(insecureHost, false);
    subjectAltNames = Checks.list(subjectAltNames);
    if ((cert == null) != (key == null)) {
      throw new IllegalArgumentException(
          (cert == null ? "cert" : "key") + ": missing (expected: cert and key together)");
    }
  }

  /** Returns TLS with the JVM's own trust. */
  public static BackendTls system() {
    return new BackendTls(null, null, null, null, false, false, List.of());
  }

  /** Returns TLS that trusts only the authorities in this PEM file. */
  public static BackendTls root(Path root) {
    return new BackendTls(null, null, root, null, false, false, List.of());
  }

  /** Returns this policy with a client certificate. */
  public BackendTls clientCertificate(Path cert, Path key) {
    return new BackendTls(cert, key, root, hostname, insecure, insecureHost, subjectAltNames);
  }

  /** Returns this policy with another {@code hostname}. */
  public BackendTls hostname(String hostname) {
    return new BackendTls(cert, key, root, hostname, insecure, insecureHost, subjectAltNames);
  }

  @Override
  public String kind() {
    return "backendTLS";
  }
}
