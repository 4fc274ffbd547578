package dev.postern.core.routing;

import dev.postern.core.http.Authority;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The host names a route or a listener is for.
 *
 * <p>One exact name or IP address, all names below a domain ({@code *.example.com}, which stands
 * for one or more labels and not for {@code example.com}), or any.
 */
public sealed interface Hostname {
  /**
   * Returns the hostname that {@code text} writes; upper case and a trailing dot do not matter.
   *
   * @param text a host, {@code *.} and a domain, or {@code *} for any
   * @throws IllegalArgumentException if it is none of these
   */
  static Hostname parse(String text) {
    if (text.equals("*")) {
      return new Any();
    }
    boolean wildcard = text.startsWith("*.");
    try {
      Authority authority = Authority.parse(wildcard ? text.substring(2) : text);
      if (authority.port() >= 0) {
        throw new IllegalArgumentException("a port");
      }
      return wildcard ? new Below("." + authority.host()) : new Exact(authority.host());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          '"'
              + text
              + "\": "
              + e.getMessage()
              + " (expected: a host name in ASCII form, *.domain or *)",
          e);
    }
  }

  /** Returns whether this stands for {@code host}, which is in canonical form, without a port. */
  boolean matches(String host);

  /** Returns whether some host is matched by both. */
  default boolean intersects(Hostname other) {
    return switch (this) {
      case Any any -> true;
      case Exact exact -> other.matches(exact.host());
      case Below below ->
          switch (other) {
            case Any any -> true;
            case Exact exact -> matches(exact.host());
            case Below that ->
                below.suffix().endsWith(that.suffix()) || that.suffix().endsWith(below.suffix());
          };
    };
  }

  /**
   * One host.
   *
   * @param host in canonical form
   */
  record Exact(String host) implements Hostname {
    @Override
    public boolean matches(String host) {
      return this.host.equals(host);
    }

    @Override
    public String toString() {
      return host;
    }
  }

  /**
   * All hosts below a domain.
   *
   * @param suffix the domain with a dot before it
   */
  record Below(String suffix) implements Hostname {
    @Override
    public boolean matches(String host) {
      return host.length() > suffix.length() && host.endsWith(suffix);
    }

    @Override
    public String toString() {
      return "*" + suffix;
    }
  }

  /** Any host. */
  record Any() implements Hostname {
    @Override
    public boolean matches(String host) {
      return true;
    }

    @Override
    public String toString() {
      return "*";
    }
  }

  /** Returns the host of an authority, or the text itself in lower case if it is not valid. */
  static String hostOf(@Nullable String authority) {
    if (authority == null) {
      return "";
    }
    try {
      return Authority.host(Authority.canonical(authority));
    } catch (IllegalArgumentException e) {
      return authority.toLowerCase(Locale.ROOT);
    }
  }
}
