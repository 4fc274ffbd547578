package dev.postern.policy.traffic;

import dev.postern.core.http.Authority;

/** How the host and port of a request are replaced. */
public sealed interface AuthorityRewrite {
  /**
   * Both are replaced.
   *
   * @param full a host and an optional port
   */
  record Full(String full) implements AuthorityRewrite {
    /** Checks the authority. */
    public Full {
      full = canonical("full", full);
    }
  }

  /**
   * The host is replaced; the port follows the scheme.
   *
   * @param host a host without a port
   */
  record Host(String host) implements AuthorityRewrite {
    /** Checks the host. */
    public Host {
      host = canonical("host", host);
      if (Authority.port(host) >= 0) {
        throw new IllegalArgumentException("host: \"" + host + "\" (expected: no port)");
      }
    }
  }

  /**
   * The port is replaced.
   *
   * @param port the port
   */
  record Port(int port) implements AuthorityRewrite {
    /** Checks the port. */
    public Port {
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
      }
    }
  }

  /** The name of the backend's own host is used; in a redirect the same as {@link None}. */
  record Auto() implements AuthorityRewrite {}

  /** Nothing is replaced: what the client asked for is kept. */
  record None() implements AuthorityRewrite {}

  private static String canonical(String field, String text) {
    try {
      return Authority.canonical(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          field + ": \"" + text + "\" (expected: a host name or address)", e);
    }
  }
}
