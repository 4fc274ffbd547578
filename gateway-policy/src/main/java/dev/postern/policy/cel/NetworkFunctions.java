package dev.postern.policy.cel;

import static dev.postern.policy.cel.FunctionSet.BOOL;
import static dev.postern.policy.cel.FunctionSet.INT;
import static dev.postern.policy.cel.FunctionSet.STRING;

import java.net.InetAddress;
import java.util.function.Predicate;

/** Functions over addresses and ranges; none ever asks a name server. */
final class NetworkFunctions {
  private NetworkFunctions() {}

  static void addTo(FunctionSet functions) {
    functions.global("isIP", BOOL, a -> IpValue.parse((String) a[0]) != null, STRING);
    functions.global("ip", IpValue.TYPE, a -> ip((String) a[0]), STRING);
    functions.global("isCIDR", BOOL, a -> CidrValue.parse((String) a[0]) != null, STRING);
    functions.global("cidr", CidrValue.TYPE, a -> cidr((String) a[0]), STRING);
    functions.global("string", STRING, a -> a[0].toString(), IpValue.TYPE);
    functions.global("string", STRING, a -> a[0].toString(), CidrValue.TYPE);
    functions.member(
        "family", INT, a -> address(a[0]).getAddress().length == 4 ? 4L : 6L, IpValue.TYPE);
    is(functions, "isUnspecified", ip -> ip.address.isAnyLocalAddress());
    is(functions, "isLoopback", ip -> ip.address.isLoopbackAddress());
    is(functions, "isLinkLocalMulticast", NetworkFunctions::linkLocalMulticast);
    is(functions, "isLinkLocalUnicast", ip -> ip.address.isLinkLocalAddress());
    is(functions, "isGlobalUnicast", IpValue::isGlobalUnicast);
    is(functions, "isPrivate", IpValue::isPrivate);
    functions.member(
        "containsIP",
        BOOL,
        a -> range(a[0]).cidr.contains(ip((String) a[1]).address),
        CidrValue.TYPE,
        STRING);
    functions.member(
        "containsIP",
        BOOL,
        a -> range(a[0]).cidr.contains(address(a[1])),
        CidrValue.TYPE,
        IpValue.TYPE);
    functions.member(
        "containsCIDR",
        BOOL,
        a -> range(a[0]).contains(cidr((String) a[1])),
        CidrValue.TYPE,
        STRING);
    functions.member(
        "containsCIDR",
        BOOL,
        a -> range(a[0]).contains(range(a[1])),
        CidrValue.TYPE,
        CidrValue.TYPE);
    functions.member(
        "ip", IpValue.TYPE, a -> new IpValue(range(a[0]).cidr.network()), CidrValue.TYPE);
    functions.member("masked", CidrValue.TYPE, a -> range(a[0]).masked(), CidrValue.TYPE);
    functions.member("prefixLength", INT, a -> (long) range(a[0]).cidr.prefix(), CidrValue.TYPE);
  }

  private static void is(FunctionSet functions, String name, Predicate<IpValue> test) {
    functions.member(name, BOOL, a -> test.test((IpValue) a[0]), IpValue.TYPE);
  }

  // RFC 3171 §3: 224.0.0.0/24; RFC 4291 §2.7: ff02::/16.
  private static boolean linkLocalMulticast(IpValue ip) {
    byte[] bytes = ip.address.getAddress();
    return bytes.length == 4
        ? (bytes[0] & 0xff) == 224 && bytes[1] == 0 && bytes[2] == 0
        : ip.address.isMCLinkLocal();
  }

  private static IpValue ip(String text) {
    IpValue ip = IpValue.parse(text);
    if (ip == null) {
      throw new IllegalArgumentException("not an IP address");
    }
    return ip;
  }

  private static CidrValue cidr(String text) {
    CidrValue cidr = CidrValue.parse(text);
    if (cidr == null) {
      throw new IllegalArgumentException("not an address range");
    }
    return cidr;
  }

  private static InetAddress address(Object ip) {
    return ((IpValue) ip).address;
  }

  private static CidrValue range(Object cidr) {
    return (CidrValue) cidr;
  }
}
