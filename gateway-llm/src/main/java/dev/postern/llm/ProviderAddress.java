package dev.postern.llm;

import dev.postern.core.upstream.Endpoint;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.select.Location;
import dev.postern.llm.wire.RouteType;
import java.net.URI;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where calls to one provider go: host, and the path of each kind of call. Immutable. */
final class ProviderAddress {
  private static final String DEFAULT_PREFIX = "/v1";

  private final Provider provider;
  private final Endpoint endpoint;
  private final String authority;
  private final @Nullable String pathOverride;

  /** The start of paths as configured, or null for the provider's own. */
  private final @Nullable String configuredPrefix;

  /** Targets that do not depend on the model. */
  private final Map<RouteType, String> fixed = new EnumMap<>(RouteType.class);

  /**
   * Finds the address.
   *
   * @param tls whether a policy asks for TLS
   * @throws IllegalArgumentException if nothing tells where the provider is
   */
  ProviderAddress(Provider provider, Location location, boolean tls) {
    this.provider = provider;
    this.pathOverride = location.pathOverride();
    if (location.baseUrl() != null) {
      URI base = URI.create(location.baseUrl());
      boolean https = tls || base.getScheme().equals("https");
      this.endpoint = endpoint(host(base), base.getPort(), https);
      this.configuredPrefix = withoutSlash(base.getRawPath());
    } else if (location.hostOverride() != null) {
      URI host = URI.create("http://" + location.hostOverride());
      boolean https = tls || host.getPort() == 443 || host.getPort() < 0;
      this.endpoint = endpoint(host(host), host.getPort(), https);
      this.configuredPrefix = location.pathPrefix();
    } else {
      String origin = provider.origin();
      if (origin == null) {
        throw new IllegalArgumentException(
            provider.kind() + ": nothing tells where it is (expected: baseUrl or hostOverride)");
      }
      URI uri = URI.create(origin);
      this.endpoint = endpoint(host(uri), uri.getPort(), tls || uri.getScheme().equals("https"));
      this.configuredPrefix = location.pathPrefix();
    }
    this.authority = endpoint.authority();
    for (RouteType type : RouteType.values()) {
      String path = type.isEdited() ? path(type, "a") : null;
      if (path != null && path.equals(path(type, "b"))) {
        fixed.put(type, path);
      }
    }
  }

  Endpoint endpoint() {
    return endpoint;
  }

  String authority() {
    return authority;
  }

  /** Returns path and query for a kind of call, or null if the provider does not speak it. */
  @Nullable String target(RouteType type, String model) {
    String known = fixed.get(type);
    return known != null ? known : path(type, model);
  }

  /** Returns the path for a call that is forwarded as it came. */
  String forwarded(String clientPath) {
    if (pathOverride != null) {
      return pathOverride;
    }
    boolean isDefault =
        clientPath.equals(DEFAULT_PREFIX) || clientPath.startsWith(DEFAULT_PREFIX + "/");
    if (isDefault) {
      return prefix() + clientPath.substring(DEFAULT_PREFIX.length());
    }
    return configuredPrefix == null || clientPath.startsWith(configuredPrefix + "/")
        ? clientPath
        : configuredPrefix + clientPath;
  }

  private @Nullable String path(RouteType type, String model) {
    String own = provider.path(type, model);
    if (own == null) {
      return null;
    }
    if (pathOverride != null) {
      return pathOverride;
    }
    if (configuredPrefix != null) {
      return configuredPrefix + own;
    }
    return provider.isOwnPath(type) ? own : provider.pathPrefix() + own;
  }

  private String prefix() {
    return configuredPrefix == null ? provider.pathPrefix() : configuredPrefix;
  }

  private static Endpoint endpoint(String host, int port, boolean tls) {
    return new Endpoint(host, port > 0 ? port : tls ? 443 : 80, tls);
  }

  private static String host(URI uri) {
    String host = uri.getHost();
    if (host == null) {
      throw new IllegalArgumentException(
          "hostOverride: " + uri.getAuthority() + " (expected: host:port)");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return bare.toLowerCase(Locale.ROOT);
  }

  private static String withoutSlash(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
