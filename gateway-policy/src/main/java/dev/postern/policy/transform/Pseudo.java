package dev.postern.policy.transform;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.Authority;
import dev.postern.core.http.CanonicalPath;
import dev.postern.core.http.CanonicalQuery;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.HeaderRules;
import dev.postern.core.http.InvalidRequestException;
import dev.postern.core.http.PathNormalization;
import dev.postern.core.routing.Route;
import java.util.Set;

/** The parts of a head that are set like headers. */
interface Pseudo {
  /** Those of requests; the host stands for the authority. */
  Set<String> OF_REQUESTS = Set.of(":method", ":path", ":authority", ":scheme");

  /** Those of responses. */
  Set<String> OF_RESPONSES = Set.of(":status");

  /** Returns whether a header is one of them. */
  boolean has(String name);

  /** Sets one; returns whether the value is one that it can have. */
  boolean set(String name, String value);

  /** The head of a request under change. */
  final class OfRequest implements Pseudo {
    private final Exchange exchange;
    private final GatewayRequest.Builder builder;

    OfRequest(Exchange exchange, GatewayRequest.Builder builder) {
      this.exchange = exchange;
      this.builder = builder;
    }

    @Override
    public boolean has(String name) {
      return OF_REQUESTS.contains(name) || name.equalsIgnoreCase("host");
    }

    @Override
    public boolean set(String name, String value) {
      try {
        switch (name) {
          case ":method" -> {
            if (!HeaderRules.isToken(value)) {
              return false;
            }
            builder.method(value);
          }
          case ":path" -> {
            return path(value);
          }
          case ":scheme" -> {
            if (!value.equals("http") && !value.equals("https")) {
              return false;
            }
            builder.scheme(value);
          }
          default -> {
            builder.authority(Authority.canonical(value));
            exchange.set(Route.KEEP_AUTHORITY, true);
          }
        }
        return true;
      } catch (IllegalArgumentException | InvalidRequestException e) {
        return false;
      }
    }

    /** A path is made canonical as that of a request is; the route stays the one it was. */
    private boolean path(String value) {
      int mark = value.indexOf('?');
      String path = mark < 0 ? value : value.substring(0, mark);
      if (!path.startsWith("/")) {
        return false;
      }
      String query = mark < 0 ? null : CanonicalQuery.of(value.substring(mark + 1));
      builder.path(CanonicalPath.of(path, PathNormalization.DEFAULT)).query(query);
      return true;
    }
  }

  /** The head of a response under change. */
  final class OfResponse implements Pseudo {
    private int status;

    OfResponse(int status) {
      this.status = status;
    }

    int status() {
      return status;
    }

    @Override
    public boolean has(String name) {
      return OF_RESPONSES.contains(name);
    }

    @Override
    public boolean set(String name, String value) {
      if (!value.matches("[2-5][0-9][0-9]")) {
        return false;
      }
      status = Integer.parseInt(value);
      return true;
    }
  }
}
