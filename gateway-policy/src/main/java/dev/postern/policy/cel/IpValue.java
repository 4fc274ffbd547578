package dev.postern.policy.cel;

import dev.cel.common.types.OpaqueType;
import dev.cel.common.values.CelValue;
import dev.postern.core.http.Cidr;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** An IP address. */
@SuppressWarnings("Immutable") // addresses do not change
final class IpValue extends CelValue {
  static final OpaqueType TYPE = OpaqueType.create("ip");

  final InetAddress address;

  IpValue(InetAddress address) {
    this.address = address;
  }

  /** Returns the address that a text writes, or null when it writes none. */
  static @Nullable IpValue parse(String text) {
    // IPv4 in the clothes of IPv6 is two spellings of one address: rules would see only one.
    boolean mixed = text.indexOf(':') >= 0 && text.indexOf('.') >= 0;
    if (mixed || text.indexOf('/') >= 0 || text.indexOf('%') >= 0) {
      return null;
    }
    try {
      InetAddress address = Cidr.parse(text).network();
      boolean mapped = text.indexOf(':') >= 0 && address.getAddress().length == 4;
      return mapped ? null : new IpValue(address);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  boolean isGlobalUnicast() {
    return !address.isAnyLocalAddress()
        && !address.isLoopbackAddress()
        && !address.isMulticastAddress()
        && !address.isLinkLocalAddress();
  }

  boolean isPrivate() {
    byte[] bytes = address.getAddress();
    return address.isSiteLocalAddress() || (bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc);
  }

  @Override
  public Object value() {
    return this;
  }

  @Override
  public boolean isZeroValue() {
    return false;
  }

  @Override
  public OpaqueType celType() {
    return TYPE;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IpValue that && address.equals(that.address);
  }

  @Override
  public int hashCode() {
    return address.hashCode();
  }

  /** Returns the canonical form. */
  @Override
  public String toString() {
    String range = new Cidr(address, 0).toString();
    return range.substring(0, range.lastIndexOf('/'));
  }
}
