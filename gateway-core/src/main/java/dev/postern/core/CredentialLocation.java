package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.text.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where in a request a credential stands. */
public sealed interface CredentialLocation {
  /** The {@code Authorization} header, after {@code Bearer }. */
  CredentialLocation BEARER = new Header("authorization", "Bearer ");

  /** The credentials of the caller that were verified and taken out of the request, in order. */
  AttributeKey<List<Verified>> VERIFIED = AttributeKey.of("verifiedCredentials");

  /**
   * A verified credential of the caller.
   *
   * @param location where it stood
   * @param credential the credential
   */
  record Verified(CredentialLocation location, Secret credential) {
    /** Checks the parts. */
    public Verified {
      requireNonNull(location, "location");
      requireNonNull(credential, "credential");
    }
  }

  /** Returns {@code request} with {@code credential} here, and nothing else in this place. */
  GatewayRequest put(GatewayRequest request, String credential);

  /** Returns the credential that stands here, or null. */
  @Nullable String find(GatewayRequest request);

  /**
   * A header.
   *
   * @param name its name
   * @param prefix what stands before the credential; empty by default
   */
  record Header(String name, String prefix) implements CredentialLocation {
    /** Sets the default and checks the name. */
    public Header {
      requireNonNull(name, "name");
      prefix = Checks.orElse(prefix, "");
    }

    @Override
    public GatewayRequest put(GatewayRequest request, String credential) {
      return request.withHeaders(request.headers().with(name, prefix + credential));
    }

    @Override
    public @Nullable String find(GatewayRequest request) {
      String value = request.header(name);
      return value != null && value.regionMatches(true, 0, prefix, 0, prefix.length())
          ? value.substring(prefix.length())
          : null;
    }
  }

  /**
   * A query parameter.
   *
   * @param name its name
   */
  record QueryParameter(String name) implements CredentialLocation {
    /** Checks the name. */
    public QueryParameter {
      requireNonNull(name, "name");
    }

    @Override
    public GatewayRequest put(GatewayRequest request, String credential) {
      List<String> kept = new ArrayList<>();
      String query = request.query();
      if (query != null) {
        for (String part : query.split("&", -1)) {
          if (!part.equals(name) && !part.startsWith(name + "=")) {
            kept.add(part);
          }
        }
      }
      kept.add(name + "=" + URLEncoder.encode(credential, StandardCharsets.UTF_8));
      return request.toBuilder().query(String.join("&", kept)).build();
    }

    @Override
    public @Nullable String find(GatewayRequest request) {
      String query = request.query();
      if (query == null) {
        return null;
      }
      for (String part : query.split("&", -1)) {
        if (part.startsWith(name + "=")) {
          return java.net.URLDecoder.decode(
              part.substring(name.length() + 1), StandardCharsets.UTF_8);
        }
      }
      return null;
    }
  }

  /**
   * A cookie.
   *
   * @param name its name
   */
  record Cookie(String name) implements CredentialLocation {
    /** Checks the name. */
    public Cookie {
      requireNonNull(name, "name");
    }

    @Override
    public GatewayRequest put(GatewayRequest request, String credential) {
      List<String> kept = new ArrayList<>();
      for (String line : request.headers().all("cookie")) {
        for (String part : line.split(";", -1)) {
          if (!part.isBlank() && !part.strip().startsWith(name + "=")) {
            kept.add(part.strip());
          }
        }
      }
      kept.add(name + "=" + credential);
      return request.withHeaders(request.headers().with("cookie", String.join("; ", kept)));
    }

    @Override
    public @Nullable String find(GatewayRequest request) {
      for (String line : request.headers().all("cookie")) {
        for (String part : line.split(";", -1)) {
          if (part.strip().startsWith(name + "=")) {
            return part.strip().substring(name.length() + 1);
          }
        }
      }
      return null;
    }
  }
}
