package dev.postern.policy.cel;

import dev.cel.common.types.OpaqueType;
import dev.cel.common.values.CelValue;
import dev.postern.core.http.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** A range of IP addresses. */
@SuppressWarnings("Immutable") // addresses do not change
final class CidrValue extends CelValue {
  static final OpaqueType TYPE = OpaqueType.create("cidr");

  final Cidr cidr;

  CidrValue(Cidr cidr) {
    this.cidr = cidr;
  }

  /** Returns the range that a text writes, or null when it writes none. */
  static @Nullable CidrValue parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || IpValue.parse(text.substring(0, slash)) == null) {
      return null;
    }
    try {
      return new CidrValue(Cidr.parse(text));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  boolean contains(CidrValue other) {
    return other.cidr.prefix() >= cidr.prefix() && cidr.contains(other.cidr.network());
  }

  /** Returns this range, named by its first address. */
  CidrValue masked() {
    byte[] bytes = cidr.network().getAddress();
    for (int i = 0; i < bytes.length; i++) {
      int bits = Math.clamp(cidr.prefix() - 8L * i, 0, 8);
      bytes[i] &= (byte) (0xff << (8 - bits));
    }
    try {
      return new CidrValue(new Cidr(InetAddress.getByAddress(bytes), cidr.prefix()));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // the length is that of an address
    }
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
    return other instanceof CidrValue that && cidr.equals(that.cidr);
  }

  @Override
  public int hashCode() {
    return cidr.hashCode();
  }

  @Override
  public String toString() {
    return cidr.toString();
  }
}
