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
  private final Transport.LookupFamily family;

  ResolverDns(CachingDns dns, Transport.LookupFamily family) {
    this.dns = dns;
    this.family = family;
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
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
