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
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLParameters;

/** The loaded side of one {@link ServerNameTls}: what makes the TLS engines of its connections. */
final class TlsEntry {
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
    try {
      return read(tls);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static TlsEntry read(ServerNameTls tls) throws IOException {
    X509Certificate[] chain =
        TlsMaterial.certificates("cert", tls.cert()).toArray(X509Certificate[]::new);
    SslContextBuilder builder =
        SslContextBuilder.forServer(TlsMaterial.key(tls.key(), chain[0]), chain)
            .sslProvider(SslProvider.JDK)
            .applicationProtocolConfig(alpn(tls.alpn()))
            .protocols(protocols(tls));
    if (!tls.cipherSuites().isEmpty()) {
      builder.ciphers(
          TlsAlgorithms.cipherSuites(tls.cipherSuites()), IdentityCipherSuiteFilter.INSTANCE);
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
    String[] groups = TlsAlgorithms.groups(tls.keyExchangeGroups()).toArray(String[]::new);
    return new TlsEntry(builder.build(), groups);
  }

  /**
   * By RFC 7301 §3.2 a client that asks for none of the protocols gets an alert. Where nobody chose
   * the protocols it gets HTTP/1.1, as if it had not asked.
   */
  private static ApplicationProtocolConfig alpn(List<String> chosen) {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        chosen.isEmpty()
            ? SelectorFailureBehavior.NO_ADVERTISE
            : SelectorFailureBehavior.FATAL_ALERT,
        SelectedListenerFailureBehavior.ACCEPT,
        chosen.isEmpty() ? ServerNameTls.PROTOCOLS : chosen);
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
