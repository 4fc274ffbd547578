package dev.postern.core.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/** Hands our resolver to OkHttp. */
final class ResolverDns implements Dns {
  private final AddressResolver resolver;

  ResolverDns(AddressResolver resolver) {
    this.resolver = resolver;
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    return resolver.resolve(host);
  }
}
