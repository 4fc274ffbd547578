package dev.postern.core;

import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.StateType;
import dev.postern.core.upstream.TlsIdentity;
import dev.postern.core.upstream.TlsMaterial;
import dev.postern.core.upstream.TlsSource;
import dev.postern.core.upstream.Transport;
import org.jspecify.annotations.Nullable;

/**
 * How to connect to a backend, as its policies say. Reads TLS files again when they change. Safe
 * for concurrent use.
 */
public final class Transports {
  /** Loaded once for all backends that name the same files. */
  private static final StateType<TlsMaterial, TlsSource> TLS =
      (material, context) -> new TlsSource(material, context.timers());

  private final Transport plain;
  private final @Nullable TlsSource tls;
  private volatile Transport current;

  private Transports(Transport plain, @Nullable TlsSource tls) {
    this.plain = plain;
    this.tls = tls;
    this.current = plain;
  }

  /**
   * Reads the {@code http}, {@code tcp} and {@code backendTLS} policies of a backend.
   *
   * @throws IllegalArgumentException if TLS material is missing or unreadable
   */
  public static Transports of(BackendContext context, PolicySet policies) {
    Http http = policies.find(Http.class);
    Tcp tcp = policies.find(Tcp.class);
    BackendTls tls = policies.find(BackendTls.class);
    Transport defaults = context.transport();
    Transport plain =
        new Transport(
            null,
            http == null ? defaults.version() : http.transportVersion(),
            tcp == null ? defaults.connectTimeout() : tcp.connectTimeout(),
            defaults.proxy(),
            defaults.lookupFamily());
    return new Transports(plain, tls == null ? null : source(context, tls));
  }

  private static @Nullable TlsSource source(BackendContext context, BackendTls tls) {
    TlsMaterial material =
        new TlsMaterial(
            tls.cert(),
            tls.key(),
            tls.root(),
            tls.hostname(),
            tls.insecure(),
            tls.insecureHost(),
            tls.subjectAltNames());
    return context.state(TLS, material, material);
  }

  /** Returns whether a {@code backendTLS} policy asks for TLS. */
  public boolean asksForTls() {
    return tls != null;
  }

  /** Returns how to connect now. */
  public Transport current() {
    if (tls == null) {
      return plain;
    }
    Transport known = current;
    TlsIdentity identity = tls.identity();
    if (identity.equals(known.tls())) {
      return known;
    }
    Transport made =
        new Transport(
            identity, plain.version(), plain.connectTimeout(), plain.proxy(), plain.lookupFamily());
    current = made;
    return made;
  }
}
