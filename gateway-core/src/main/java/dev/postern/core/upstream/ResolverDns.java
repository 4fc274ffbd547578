package dev.postern.core.upstream;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.List;
import okhttp3.Dns;

/** Hands OkHttp the addresses that a transport wants. Does not wait: the call did that before. */
final class ResolverDns implements Dns {
  private final CachingDns dns;
  private final Transport transport;
  private final Endpoint endpoint;

  ResolverDns(CachingDns dns, Transport transport, Endpoint endpoint) {
    this.dns = dns;
    this.transport = transport;
    this.endpoint = endpoint;
  }

  /**
   * Returns the name to resolve when OkHttp asks for {@code asked}: URLs of calls without a proxy
   * do not carry it.
   */
  static String realName(String asked, Transport transport, Endpoint endpoint) {
    return transport.proxy() == null ? endpoint.host() : asked;
  }

  @Override
  public List<InetAddress> lookup(String asked) throws UnknownHostException {
    String host = realName(asked, transport, endpoint);
    if (HostAddress.literal(host)) {
      return List.of(InetAddress.getByName(host));
    }
    Transport.LookupFamily family = transport.lookupFamily();
    List<InetAddress> all = dns.known(host);
    List<InetAddress> wanted =
        switch (family) {
          case ALL -> all;
          case V4_PREFERRED ->
              all.stream().sorted(Comparator.comparing(a -> a instanceof Inet6Address)).toList();
          case V4_ONLY -> all.stream().filter(Inet4Address.class::isInstance).toList();
          case V6_ONLY -> all.stream().filter(Inet6Address.class::isInstance).toList();
        };
    if (wanted.isEmpty()) {
      throw new UnknownHostException(host + ": no addresses of the family " + family);
    }
    return wanted;
  }
}
