package dev.postern.core.listener;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** The loaded side of one {@link ServerNameTls}: what makes the TLS engines of its connections. */
final class TlsEntry {
  private static final ApplicationProtocolConfig ALPN =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          "h2",
          "http/1.1");

  private final SslContext context;
  private final String[] groups;

  private TlsEntry(SslContext context, String[] groups) {
    this.context = context;
    this.groups = groups;
  }

  /**
   * Reads the files and builds the entry.
   *
   * @throws IOException if a file cannot be used or this JVM lacks what is asked for
   */
  static TlsEntry load(ServerNameTls tls) throws IOException {
    X509Certificate[] chain =
        TlsMaterial.certificates("cert", tls.cert()).toArray(X509Certificate[]::new);
    SslContextBuilder builder =
        SslContextBuilder.forServer(TlsMaterial.key(tls.key(), chain[0]), chain)
            .sslProvider(SslProvider.JDK)
            .applicationProtocolConfig(ALPN)
            .protocols(protocols(tls));
    if (!tls.cipherSuites().isEmpty()) {
      builder.ciphers(cipherSuites(tls.cipherSuites()), IdentityCipherSuiteFilter.INSTANCE);
    }
    if (tls.root() != null) {
      builder
          .trustManager(ClientTrust.of(TlsMaterial.certificates("root", tls.root())))
          .clientAuth(
              switch (tls.clientAuth()) {
                case REQUIRED -> ClientAuth.REQUIRE;
                case OPTIONAL -> ClientAuth.OPTIONAL;
              });
    }
    return new TlsEntry(builder.build(), groups(tls.keyExchangeGroups()));
  }

  private static List<String> protocols(ServerNameTls tls) {
    List<String> protocols = new ArrayList<>();
    for (ServerNameTls.Version version : ServerNameTls.Version.values()) {
      if (version.compareTo(tls.minTlsVersion()) >= 0
          && version.compareTo(tls.maxTlsVersion()) <= 0) {
        protocols.add(version.jsse);
      }
    }
    return protocols;
  }

  private static List<String> cipherSuites(List<String> names) throws IOException {
    List<String> known = Arrays.asList(supported().getCipherSuites());
    List<String> suites = new ArrayList<>();
    for (String name : names) {
      String suite = name.startsWith("TLS13_") ? "TLS_" + name.substring(6) : name;
      if (!known.contains(suite)) {
        throw new IOException("cipherSuites: " + name + ": this JVM does not have it");
      }
      suites.add(suite);
    }
    return suites;
  }

  private static String[] groups(List<String> names) throws IOException {
    String[] supported = supported().getNamedGroups();
    List<String> known = supported == null ? List.of() : Arrays.asList(supported);
    List<String> groups = new ArrayList<>();
    for (String name : names) {
      String group =
          switch (name) {
            case "X25519" -> "x25519";
            case "P-256" -> "secp256r1";
            case "P-384" -> "secp384r1";
            case "X25519_MLKEM768" -> "X25519MLKEM768";
            default -> name;
          };
      if (!known.contains(group)) {
        throw new IOException("keyExchangeGroups: " + name + ": this JVM does not have it");
      }
      groups.add(group);
    }
    return groups.toArray(String[]::new);
  }

  private static SSLParameters supported() throws IOException {
    try {
      return SSLContext.getDefault().getSupportedSSLParameters();
    } catch (NoSuchAlgorithmException e) {
      throw new IOException("tls: this JVM has no TLS", e);
    }
  }

  /** Returns the handler of one connection. */
  SslHandler handler(ByteBufAllocator allocator, Duration handshakeTimeout) {
    SslHandler handler = context.newHandler(allocator);
    handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
    SSLParameters parameters = handler.engine().getSSLParameters();
    parameters.setUseCipherSuitesOrder(true);
    if (groups.length > 0) {
      parameters.setNamedGroups(groups);
    }
    handler.engine().setSSLParameters(parameters);
    return handler;
  }
}
