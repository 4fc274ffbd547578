package dev.postern.core.http;

import java.net.InetAddress;

/**
 * A range of IP addresses.
 *
 * @param network an address of the range
 * @param prefix how many leading bits all addresses of the range share
 */
public record Cidr(InetAddress network, int prefix) {
  /** Checks the prefix. */
  public Cidr {
    int bits = network.getAddress().length * 8;
    if (prefix < 0 || prefix > bits) {
      throw new IllegalArgumentException("prefix: " + prefix + " (expected: 0.." + bits + ")");
    }
  }

  /**
   * Returns the range that {@code text} writes.
   *
   * @param text as {@code 10.0.0.0/8} or {@code fd00::/8}; an address alone stands for itself
   * @throws IllegalArgumentException if it is neither
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
    try {
      if (address != null && text.indexOf('%') < 0) {
        int bits = address.getAddress().length * 8;
        return new Cidr(
            address, slash < 0 ? bits : Integer.parseInt(text, slash + 1, text.length(), 10));
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(expected(text), e);
    }
    throw new IllegalArgumentException(expected(text));
  }

  /** Returns whether the address lies in the range. */
  public boolean contains(InetAddress address) {
    byte[] one = network.getAddress();
    byte[] other = address.getAddress();
    if (one.length != other.length) {
      return false;
    }
    for (int i = 0, left = prefix; left > 0; i++, left -= 8) {
      int mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
      if (((one[i] ^ other[i]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return IpAddress.text(network) + "/" + prefix;
  }

  private static String expected(String text) {
    return '"' + text + "\" (expected: an address range as 10.0.0.0/8)";
  }
}
