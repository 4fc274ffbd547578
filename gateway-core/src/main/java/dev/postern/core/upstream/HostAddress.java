package dev.postern.core.upstream;

/** Host names and addresses as text. */
final class HostAddress {
  private HostAddress() {}

  /** Returns whether {@code host} is an address and not a name. */
  static boolean literal(String host) {
    if (host.indexOf(':') >= 0) {
      return true;
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c != '.' && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }
}
