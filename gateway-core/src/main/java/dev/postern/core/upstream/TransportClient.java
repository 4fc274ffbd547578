package dev.postern.core.upstream;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509TrustManager;
import okhttp3.Authenticator;
import okhttp3.CookieJar;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** The OkHttp client of one transport: everything it would do by itself is switched off. */
final class TransportClient {
  private static final HostnameVerifier BY_HOST = new OkHttpClient().hostnameVerifier();

  /** Stands for the endpoint in URLs. */
  private static final String ANY_HOST = "e";

  private final Transport transport;
  private final CachingDns dns;
  private final OkHttpClient client;

  TransportClient(Transport transport, CachingDns dns) {
    this.transport = transport;
    this.dns = dns;
    OkHttpClient.Builder builder =
        new OkHttpClient.Builder()
            .followRedirects(false)
            .followSslRedirects(false)
            .retryOnConnectionFailure(false)
            .cookieJar(CookieJar.NO_COOKIES)
            .authenticator(Authenticator.NONE)
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO)
            .callTimeout(Duration.ZERO)
            .connectTimeout(transport.connectTimeout())
            .proxy(Proxy.NO_PROXY)
            .socketFactory(PromptSocketFactory.INSTANCE)
            .eventListenerFactory(call -> ExactRelay.progress(call.request()))
            .addNetworkInterceptor(ExactRelay.INSTANCE);
    Endpoint proxy = transport.proxy();
    if (proxy != null) {
      through(proxy, builder);
    }
    TlsIdentity tls = transport.tls();
    if (tls != null) {
      identify(tls, builder);
    }
    this.client = builder.build();
  }

  private static void through(Endpoint proxy, OkHttpClient.Builder builder) {
    if (proxy.tls()) {
      throw new IllegalArgumentException(
          "proxy: https://" + proxy + " (expected: an http proxy; https is not supported yet)");
    }
    builder
        .proxy(
            new Proxy(
                Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.host(), proxy.port())))
        .proxyAuthenticator((route, response) ->
            // OkHttp asks before it connects; all there is to do is to take its name out.
            response.challenges().stream().anyMatch(c -> c.scheme().equals("OkHttp-Preemptive"))
                ? response.request().newBuilder().removeHeader("User-Agent").build()
                : null);
  }

  private static void identify(TlsIdentity tls, OkHttpClient.Builder builder) {
    builder.sslSocketFactory(tls.context().getSocketFactory(), tls.trust());
    if (!tls.verifyHost()) {
      builder.hostnameVerifier((host, session) -> true);
    } else if (!tls.subjectAltNames().isEmpty()) {
      builder.hostnameVerifier((host, session) -> namesOneOf(tls.subjectAltNames(), session));
    }
  }

  private static boolean namesOneOf(List<String> accepted, SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      if (chain.length == 0 || !(chain[0] instanceof X509Certificate leaf)) {
        return false;
      }
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      return names != null
          && names.stream()
              .anyMatch(name -> name.get(1) instanceof String text && accepted.contains(text));
    } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
      return false;
    }
  }

  /** Returns the client for one endpoint; the caller adds a connection pool. */
  OkHttpClient forEndpoint(Endpoint endpoint) {
    OkHttpClient.Builder builder =
        client
            .newBuilder()
            .dns(new ResolverDns(dns, transport, endpoint))
            .protocols(protocols(endpoint))
            .fastFallback(races(endpoint));
    X509TrustManager trust = client.x509TrustManager();
    if (endpoint.tls() && trust != null) {
      String name = serverName(endpoint);
      builder.sslSocketFactory(new NamedSocketFactory(client.sslSocketFactory(), name), trust);
      if (verifiesOneName()) {
        builder.hostnameVerifier((host, session) -> BY_HOST.verify(name, session));
      }
    }
    return builder.build();
  }

  private boolean verifiesOneName() {
    TlsIdentity tls = transport.tls();
    return tls == null || (tls.verifyHost() && tls.subjectAltNames().isEmpty());
  }

  private String serverName(Endpoint endpoint) {
    TlsIdentity tls = transport.tls();
    String name = tls == null ? null : tls.serverName();
    return name == null ? endpoint.host() : name;
  }

  /** Racing takes threads, begins with IPv6, and makes no sense with one address. */
  private boolean races(Endpoint endpoint) {
    return transport.lookupFamily() != Transport.LookupFamily.V4_PREFERRED
        && !HostAddress.literal(endpoint.host());
  }

  /**
   * Returns the beginning of URLs that lead to an endpoint.
   *
   * <p>OkHttp maps the host of the URL to its canonical form (IDNA) at every call, in time that
   * grows with its length. Who is connected to, asked for and verified is decided elsewhere, so
   * unless a proxy gets to see the URL, any host will do.
   */
  String base(Endpoint endpoint) {
    return transport.proxy() != null
        ? (endpoint.tls() ? "https://" : "http://") + endpoint
        : (endpoint.tls() ? "https://" : "http://") + ANY_HOST + ":" + endpoint.port();
  }

  private List<Protocol> protocols(Endpoint endpoint) {
    return switch (transport.version()) {
      case HTTP_1_1 -> List.of(Protocol.HTTP_1_1);
      case HTTP_2 ->
          endpoint.tls()
              ? List.of(Protocol.HTTP_2, Protocol.HTTP_1_1)
              : List.of(Protocol.H2_PRIOR_KNOWLEDGE);
      case AUTO ->
          endpoint.tls() ? List.of(Protocol.HTTP_2, Protocol.HTTP_1_1) : List.of(Protocol.HTTP_1_1);
    };
  }

  void close() {
    client.dispatcher().cancelAll();
  }
}
