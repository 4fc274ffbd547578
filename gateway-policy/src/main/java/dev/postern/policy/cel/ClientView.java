package dev.postern.policy.cel;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** {@code source}: who called, by address and by client certificate. */
@SuppressWarnings("Immutable") // lives as long as one evaluation
final class ClientView extends View {
  private static final String SPIFFE = "spiffe://";

  /** The kind of an alternative name that is a URI. */
  private static final int URI = 6;

  private static final Base64.Encoder PEM =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private final Exchange exchange;

  ClientView(Exchange exchange) {
    this.exchange = exchange;
  }

  @Override
  @Nullable Object field(String name) {
    Connection connection = exchange.connection();
    InetSocketAddress remote = connection.remote();
    return switch (name) {
      case "address", "ip" -> text(exchange.record().source());
      case "rawAddress" -> remote == null ? null : text(remote.getAddress());
      case "port", "rawPort" -> remote == null ? null : (Long) (long) remote.getPort();
      default ->
          connection.clientCertificates().isEmpty()
              ? null
              : certified(name, connection.clientCertificates().getFirst());
    };
  }

  @Override
  List<String> names() {
    return List.of(
        "address",
        "port",
        "rawAddress",
        "rawPort",
        "identity",
        "spiffeId",
        "subjectAltNames",
        "issuer",
        "subject",
        "subjectCn",
        "certificate");
  }

  private static @Nullable Object text(@Nullable InetAddress address) {
    return address == null ? null : new IpValue(address).toString();
  }

  private static @Nullable Object certified(String name, X509Certificate certificate) {
    return switch (name) {
      case "issuer" -> certificate.getIssuerX500Principal().getName();
      case "subject" -> certificate.getSubjectX500Principal().getName();
      case "subjectCn" -> commonName(certificate.getSubjectX500Principal());
      case "subjectAltNames" -> alternativeNames(certificate, null);
      case "spiffeId" -> spiffeId(certificate);
      case "certificate" -> pem(certificate);
      case "identity" -> Workload.of(spiffeId(certificate));
      default -> null;
    };
  }

  /** Returns the alternative names that are texts: of one kind (RFC 5280 §4.2.1.6), or of all. */
  private static List<String> alternativeNames(
      X509Certificate certificate, @Nullable Integer kind) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      if (all != null) {
        for (List<?> name : all) {
          if (name.get(1) instanceof String text && (kind == null || kind.equals(name.get(0)))) {
            names.add(text);
          }
        }
      }
    } catch (CertificateParsingException e) {
      throw new Content.Unreadable("the certificate's names cannot be read");
    }
    return names;
  }

  /** A URI, so that no other kind of name, which its authority checks less, can pass for one. */
  private static @Nullable String spiffeId(X509Certificate certificate) {
    for (String name : alternativeNames(certificate, URI)) {
      if (name.startsWith(SPIFFE)) {
        return name;
      }
    }
    return null;
  }

  /** Parsed, not searched for: the value of another attribute may hold {@code ,CN=} as a text. */
  private static @Nullable String commonName(X500Principal subject) {
    try {
      List<Rdn> names = new LdapName(subject.getName()).getRdns();
      for (int i = names.size() - 1; i >= 0; i--) {
        Attribute name = names.get(i).toAttributes().get("CN");
        if (name != null) {
          return name.get() instanceof String text ? text : null;
        }
      }
      return null;
    } catch (NamingException e) {
      throw new Content.Unreadable("the certificate's subject cannot be read");
    }
  }

  private static String pem(X509Certificate certificate) {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + PEM.encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (CertificateEncodingException e) {
      throw new Content.Unreadable("the certificate cannot be written");
    }
  }

  /** {@code spiffe://trustDomain/ns/namespace/sa/serviceAccount}, taken apart. */
  @SuppressWarnings("Immutable") // nobody writes the array
  private static final class Workload extends View {
    private final String[] parts;

    private Workload(String[] parts) {
      this.parts = parts;
    }

    /** Returns the workload of a SPIFFE id, or null if it names none this way. */
    static @Nullable Workload of(@Nullable String id) {
      if (id == null) {
        return null;
      }
      String[] parts = id.substring(SPIFFE.length()).split("/", -1);
      boolean named = parts.length == 5 && parts[1].equals("ns") && parts[3].equals("sa");
      return named && !List.of(parts).contains("") ? new Workload(parts) : null;
    }

    @Override
    @Nullable Object field(String name) {
      return switch (name) {
        case "trustDomain" -> parts[0];
        case "namespace" -> parts[2];
        case "serviceAccount" -> parts[4];
        default -> null;
      };
    }

    @Override
    List<String> names() {
      return List.of("trustDomain", "namespace", "serviceAccount");
    }
  }
}
