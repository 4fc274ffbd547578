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
import org.jspecify.annotations.Nullable;

/** {@code source}: who called, by address and by client certificate. */
@SuppressWarnings("Immutable") // lives as long as one evaluation
final class ClientView extends View {
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

  private static @Nullable Object text(@Nullable InetAddress address) {
    return address == null ? null : new IpValue(address).toString();
  }

  private static @Nullable Object certified(String name, X509Certificate certificate) {
    return switch (name) {
      case "issuer" -> certificate.getIssuerX500Principal().getName();
      case "subject" -> certificate.getSubjectX500Principal().getName();
      case "subjectCn" -> commonName(certificate.getSubjectX500Principal().getName());
      case "subjectAltNames" -> alternativeNames(certificate);
      case "spiffeId" -> spiffeId(certificate);
      case "certificate" -> pem(certificate);
      case "identity" -> {
        String id = spiffeId(certificate);
        yield id == null ? null : new Workload(id);
      }
      default -> null;
    };
  }

  private static List<String> alternativeNames(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      if (all != null) {
        for (List<?> name : all) {
          if (name.get(1) instanceof String text) {
            names.add(text);
          }
        }
      }
    } catch (CertificateParsingException e) {
      throw new Content.Unreadable("the certificate's names cannot be read");
    }
    return names;
  }

  private static @Nullable String spiffeId(X509Certificate certificate) {
    for (String name : alternativeNames(certificate)) {
      if (name.startsWith("spiffe://")) {
        return name;
      }
    }
    return null;
  }

  private static @Nullable String commonName(String subject) {
    for (String part : subject.split(",(?=[A-Za-z.0-9]+=)", -1)) {
      if (part.startsWith("CN=")) {
        return part.substring(3);
      }
    }
    return null;
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

  /** {@code spiffe://trust/ns/namespace/sa/account}, taken apart. */
  @SuppressWarnings("Immutable") // nobody writes the array
  private static final class Workload extends View {
    private final String[] parts;

    Workload(String id) {
      this.parts = id.substring("spiffe://".length()).split("/", -1);
    }

    @Override
    @Nullable Object field(String name) {
      return switch (name) {
        case "trustDomain" -> parts[0];
        case "namespace" -> after("ns");
        case "serviceAccount" -> after("sa");
        default -> null;
      };
    }

    private @Nullable String after(String key) {
      for (int i = 1; i + 1 < parts.length; i += 2) {
        if (parts[i].equals(key)) {
          return parts[i + 1];
        }
      }
      return null;
    }
  }
}
