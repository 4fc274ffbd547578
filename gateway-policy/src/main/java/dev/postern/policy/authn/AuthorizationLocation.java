package dev.postern.policy.authn;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.http.HeaderRules;
import org.jspecify.annotations.Nullable;

/** Where in a request the credential of the caller stands. */
public sealed interface AuthorizationLocation {
  /** The {@code Authorization} header, after {@code Bearer }. */
  AuthorizationLocation BEARER = new Header("authorization", "Bearer ");

  /** The {@code Authorization} header, after {@code Basic }. */
  AuthorizationLocation BASIC = new Header("authorization", "Basic ");

  /**
   * A header.
   *
   * @param name its name
   * @param prefix what stands before the credential, in any case; empty by default. A value that
   *     does not start with it is no credential
   */
  record Header(String name, @Nullable String prefix) implements AuthorizationLocation {
    /** Checks the name; an absent prefix is empty. */
    public Header {
      requireNonNull(name, "name");
      prefix = prefix == null ? "" : prefix;
      if (!HeaderRules.isToken(name)) {
        throw new IllegalArgumentException("name: \"" + name + "\" (expected: a header name)");
      }
    }

    /** Returns what stands before the credential. */
    @Override
    public String prefix() {
      return prefix == null ? "" : prefix;
    }
  }

  /**
   * A query parameter.
   *
   * @param name its name
   */
  record QueryParameter(String name) implements AuthorizationLocation {
    /** Checks the name. */
    public QueryParameter {
      requireNonNull(name, "name");
    }
  }

  /**
   * A cookie.
   *
   * @param name its name
   */
  record Cookie(String name) implements AuthorizationLocation {
    /** Checks the name. */
    public Cookie {
      requireNonNull(name, "name");
      if (!HeaderRules.isToken(name)) {
        throw new IllegalArgumentException("name: \"" + name + "\" (expected: a cookie name)");
      }
    }
  }

  /**
   * Whatever an expression gives. Nothing is taken out of the request.
   *
   * @param value the expression; its result is a text, and empty or failing means no credential
   */
  record Expression(ExpressionText value) implements AuthorizationLocation {
    /** Checks the part. */
    public Expression {
      requireNonNull(value, "value");
    }
  }
}
