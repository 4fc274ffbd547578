package dev.postern.policy.testing;

import dev.postern.core.exchange.Connection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a verified client certificate says, for tests: no key, no signature, no bytes. Expressions
 * see it at {@code source}, except {@code source.certificate}, which has no value.
 *
 * @param subject whom it names, as in {@code CN=alice,O=Acme}; nobody by default
 * @param issuer who made it; {@code CN=Test CA} by default
 * @param subjectAltNames its other names; one that starts with {@code spiffe://} is an id
 */
public record ClientCertificate(
    @Nullable String subject, @Nullable String issuer, List<String> subjectAltNames) {
  private static final int CLIENT_PORT = 50000;

  /** Sets the defaults and checks the names. */
  public ClientCertificate {
    subject = Objects.requireNonNullElse(subject, "");
    issuer = Objects.requireNonNullElse(issuer, "CN=Test CA");
    subjectAltNames = subjectAltNames == null ? List.of() : List.copyOf(subjectAltNames);
    GivenCertificate.name("subject", subject);
    GivenCertificate.name("issuer", issuer);
  }

  /** Returns a certificate of this subject, as in {@code CN=alice,O=Acme}. */
  public static ClientCertificate of(String subject) {
    return new ClientCertificate(subject, null, List.of());
  }

  /** Returns this certificate with another issuer. */
  public ClientCertificate issuer(String issuer) {
    return new ClientCertificate(subject, issuer, subjectAltNames);
  }

  /** Returns this certificate with other names of its subject, as a SPIFFE id. */
  public ClientCertificate subjectAltNames(String... names) {
    return new ClientCertificate(subject, issuer, List.of(names));
  }

  /** Returns the connection of a caller who is there and has shown that. */
  static Connection connection(InetAddress from, @Nullable ClientCertificate shown) {
    List<X509Certificate> chain = shown == null ? List.of() : List.of(new GivenCertificate(shown));
    return new Connection(
        "test", 0, new InetSocketAddress(from, CLIENT_PORT), null, shown != null, null, chain);
  }
}
