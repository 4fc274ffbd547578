package dev.postern.core.upstream;

import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Loaded TLS material towards endpoints: whom to trust, who to be.
 *
 * <p>Two identities are the same only if they are equal in what they were made from, the {@code
 * origin}; connections are shared on that ground.
 */
public final class TlsIdentity {
  private final Object origin;
  private final SSLContext context;
  private final X509TrustManager trust;
  private final @Nullable String serverName;
  private final boolean verifyHost;
  private final List<String> subjectAltNames;

  /**
   * Creates an identity.
   *
   * @param origin what it was made from, with equality
   * @param serverName the name to ask for and verify instead of the endpoint's host, or null
   * @param verifyHost whether the certificate must name the host
   * @param subjectAltNames names of which the certificate must carry one, instead of the host;
   *     empty for the host itself
   */
  public TlsIdentity(
      Object origin,
      SSLContext context,
      X509TrustManager trust,
      @Nullable String serverName,
      boolean verifyHost,
      List<String> subjectAltNames) {
    this.origin = origin;
    this.context = context;
    this.trust = trust;
    this.serverName = serverName;
    this.verifyHost = verifyHost;
    this.subjectAltNames = List.copyOf(subjectAltNames);
  }

  /** Returns the context that makes sockets. */
  public SSLContext context() {
    return context;
  }

  /** Returns whom to trust. */
  public X509TrustManager trust() {
    return trust;
  }

  /** Returns the name to ask for and verify instead of the endpoint's host, or null. */
  public @Nullable String serverName() {
    return serverName;
  }

  /** Returns whether the certificate must name the host. */
  public boolean verifyHost() {
    return verifyHost;
  }

  /** Returns names of which the certificate must carry one; empty for the host itself. */
  public List<String> subjectAltNames() {
    return subjectAltNames;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TlsIdentity identity && origin.equals(identity.origin);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(origin);
  }

  @Override
  public String toString() {
    return "TlsIdentity";
  }
}
