package dev.postern.core.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads, cleans and writes the headers that say where a request came from, as a {@link Forwarding}
 * describes. Immutable and safe for concurrent use.
 */
public final class ForwardingHeaders {
  // A chain this long was not built by proxies; walking further would only cost time.
  private static final int MAX_HOPS = 64;

  private final Forwarding forwarding;
  private final List<Cidr> trusted;

  /** Compiles the description. */
  public ForwardingHeaders(Forwarding forwarding) {
    this.forwarding = forwarding;
    this.trusted = forwarding.trustedProxies().stream().map(Cidr::parse).toList();
  }

  /** Returns whether a header of this name says where a request came from. */
  public static boolean isForwarding(String name) {
    return switch (name.length() == 0 ? 0 : name.charAt(0) | 0x20) {
      case 'x' ->
          starts(name, "x-forwarded")
              || starts(name, "x-real-ip")
              || starts(name, "x-original-url")
              || starts(name, "x-rewrite-url")
              || starts(name, "x-envoy-");
      case 'f' -> name.length() == 9 && starts(name, "forwarded");
      default -> false;
    };
  }

  /** Returns the headers without any that say where a request came from. */
  public static Headers remove(Headers headers) {
    for (int i = 0; i < headers.size(); i++) {
      if (isForwarding(headers.name(i))) {
        return headers.toBuilder().removeIf(ForwardingHeaders::isForwarding).build();
      }
    }
    return headers;
  }

  /**
   * Returns the address of the caller: the first from the right of the chain that is not a trusted
   * proxy, or the peer itself if that is not trusted.
   *
   * @param peer the TCP peer, or null for an in-process call, which is trusted
   * @param headers as they were received
   */
  public @Nullable InetAddress source(@Nullable InetAddress peer, Headers headers) {
    InetAddress direct = peer == null ? null : unmapped(peer);
    if (!isTrusted(direct)) {
      return direct;
    }
    List<String> chain = chain(headers);
    InetAddress last = direct;
    int hops = 0;
    for (int i = chain.size() - 1; i >= 0 && hops < MAX_HOPS; i--) {
      InetAddress next = address(chain.get(i));
      if (next == null) {
        break;
      }
      last = next;
      hops++;
      if (forwarding.trustedHops() > 0 ? hops == forwarding.trustedHops() : !isTrusted(next)) {
        break;
      }
    }
    return last;
  }

  /** Returns the headers without those that this peer is not trusted to say; maybe the same. */
  public Headers received(@Nullable InetAddress peer, Headers headers) {
    boolean keep =
        switch (forwarding.mode()) {
          case APPEND -> isTrusted(peer == null ? null : unmapped(peer));
          case OVERWRITE, REMOVE -> false;
          case PASSTHROUGH -> true;
        };
    return keep ? headers : remove(headers);
  }

  /**
   * Returns the headers with what the gateway says itself.
   *
   * @param headers to add to
   * @param received the request as it was received, after {@link #received}
   * @param peer the TCP peer; nothing is added for an in-process call
   * @param port the port the request came in at
   */
  public Headers written(
      Headers headers, GatewayRequest received, @Nullable InetAddress peer, int port) {
    boolean silent =
        forwarding.mode() == Forwarding.Mode.REMOVE
            || forwarding.mode() == Forwarding.Mode.PASSTHROUGH;
    if (peer == null || silent || forwarding.headers() == Forwarding.Written.NONE) {
      return headers;
    }
    Headers.Builder out = headers.toBuilder();
    String address = IpAddress.text(unmapped(peer));
    if (forwarding.headers() != Forwarding.Written.FORWARDED) {
      append(out, headers, "x-forwarded-for", address);
      setIfAbsent(out, headers, "x-forwarded-proto", received.scheme());
      if (!received.authority().isEmpty()) {
        setIfAbsent(out, headers, "x-forwarded-host", received.authority());
      }
      setIfAbsent(out, headers, "x-forwarded-port", Integer.toString(port));
    }
    if (forwarding.headers() != Forwarding.Written.X_FORWARDED) {
      append(out, headers, "forwarded", element(address, received));
    }
    return out.build();
  }

  private static String element(String address, GatewayRequest received) {
    StringBuilder element = new StringBuilder("for=").append(node(address));
    if (!received.authority().isEmpty()) {
      element.append(";host=\"").append(received.authority()).append('"');
    }
    return element.append(";proto=").append(received.scheme()).toString();
  }

  private static String node(String address) {
    return address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
  }

  private static void append(Headers.Builder out, Headers headers, String name, String value) {
    List<String> lines = headers.all(name);
    out.set(name, lines.isEmpty() ? value : String.join(", ", lines) + ", " + value);
  }

  private static void setIfAbsent(Headers.Builder out, Headers headers, String name, String value) {
    if (!headers.contains(name)) {
      out.add(name, value);
    }
  }

  private boolean isTrusted(@Nullable InetAddress address) {
    if (address == null || forwarding.trustedHops() > 0) {
      return true;
    }
    for (int i = 0; i < trusted.size(); i++) {
      if (trusted.get(i).contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the hops that the headers name, the nearest last. */
  private List<String> chain(Headers headers) {
    boolean standard = forwarding.headers() == Forwarding.Written.FORWARDED;
    List<String> hops = new ArrayList<>();
    for (String line : headers.all(standard ? "forwarded" : "x-forwarded-for")) {
      for (String hop : line.split(",", -1)) {
        hops.add(standard ? forNode(hop) : hop.strip());
      }
    }
    return hops;
  }

  private static String forNode(String element) {
    for (String pair : element.split(";", -1)) {
      String text = pair.strip();
      if (text.regionMatches(true, 0, "for=", 0, 4)) {
        return text.substring(4).replace("\"", "").strip();
      }
    }
    return "";
  }

  /** Returns the address of one hop, with or without a port, or null. */
  private static @Nullable InetAddress address(String hop) {
    if (hop.length() > 64) {
      return null;
    }
    String address = hop;
    int bracket = hop.indexOf(']');
    if (hop.startsWith("[") && bracket > 0) {
      address = hop.substring(1, bracket);
    } else if (hop.indexOf(':') == hop.lastIndexOf(':') && hop.indexOf(':') > 0) {
      address = hop.substring(0, hop.indexOf(':'));
    }
    return IpAddress.parse(address);
  }

  /** Returns IPv4 for an IPv4-mapped address, and drops a zone. */
  private static InetAddress unmapped(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // the length is right
    }
  }

  private static boolean starts(String name, String prefix) {
    if (name.length() < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      char c = name.charAt(i);
      char folded = c == '_' ? '-' : (c >= 'A' && c <= 'Z') ? (char) (c | 0x20) : c;
      if (folded != prefix.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
