package dev.postern.policy.authn;

import dev.postern.core.CredentialLocation;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.text.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the credential of a request at one place, and takes it out. */
final class CredentialFinder {
  private final AuthorizationLocation location;
  private final @Nullable CredentialLocation origin;
  private final @Nullable Expression expression;

  CredentialFinder(AuthorizationLocation location, GatewayContext context) {
    this.location = location;
    this.origin = origin(location);
    this.expression =
        location instanceof AuthorizationLocation.Expression(var text)
            ? context.expression(
                text, ExpressionEngine.Moment.REQUEST, ExpressionEngine.Result.STRING)
            : null;
  }

  /** Returns where {@code backendAuth} puts the credential back, or null if nowhere. */
  private static @Nullable CredentialLocation origin(AuthorizationLocation location) {
    return switch (location) {
      case AuthorizationLocation.Header header ->
          new CredentialLocation.Header(header.name(), header.prefix());
      case AuthorizationLocation.QueryParameter parameter ->
          new CredentialLocation.QueryParameter(parameter.name());
      case AuthorizationLocation.Cookie cookie -> new CredentialLocation.Cookie(cookie.name());
      case AuthorizationLocation.Expression text -> null;
    };
  }

  /**
   * Returns the credential as it was sent, or null.
   *
   * @throws dev.postern.core.exchange.GatewayException with status 400 if there is more than one
   */
  @Nullable String find(Exchange exchange, GatewayRequest request) {
    return switch (location) {
      case AuthorizationLocation.Header header -> inHeader(request, header);
      case AuthorizationLocation.QueryParameter parameter -> inQuery(request, parameter.name());
      case AuthorizationLocation.Cookie cookie -> inCookies(request, cookie.name());
      case AuthorizationLocation.Expression text -> evaluate(exchange, request);
    };
  }

  /** Returns the request without the credential. */
  GatewayRequest without(GatewayRequest request) {
    return switch (location) {
      case AuthorizationLocation.Header header ->
          request.withHeaders(request.headers().without(header.name()));
      case AuthorizationLocation.QueryParameter parameter ->
          withoutParameter(request, parameter.name());
      case AuthorizationLocation.Cookie cookie -> withoutCookie(request, cookie.name());
      case AuthorizationLocation.Expression text -> request;
    };
  }

  /** Keeps a credential that was verified and is taken out, for {@code backendAuth}. */
  void remember(Exchange exchange, String credential) {
    if (origin == null) {
      return;
    }
    List<CredentialLocation.Verified> before = exchange.get(CredentialLocation.VERIFIED);
    List<CredentialLocation.Verified> all =
        before == null ? new ArrayList<>(2) : new ArrayList<>(before);
    all.add(new CredentialLocation.Verified(origin, Secret.of(credential)));
    exchange.set(CredentialLocation.VERIFIED, all);
  }

  private static @Nullable String inHeader(
      GatewayRequest request, AuthorizationLocation.Header header) {
    Headers headers = request.headers();
    String value = headers.get(header.name());
    if (value == null) {
      return null;
    }
    if (headers.count(header.name()) > 1) {
      throw ambiguous();
    }
    String prefix = header.prefix();
    return value.regionMatches(true, 0, prefix, 0, prefix.length())
        ? value.substring(prefix.length())
        : null;
  }

  private static @Nullable String inQuery(GatewayRequest request, String name) {
    String found = null;
    for (String part : parameters(request)) {
      if (isNamed(part, name)) {
        if (found != null) {
          throw ambiguous();
        }
        int equals = part.indexOf('=');
        found = equals < 0 ? "" : decode(part.substring(equals + 1));
      }
    }
    return found;
  }

  private static @Nullable String inCookies(GatewayRequest request, String name) {
    String found = null;
    for (String line : request.headers().all("cookie")) {
      for (String part : line.split(";", -1)) {
        String cookie = part.strip();
        if (cookie.startsWith(name + "=")) {
          if (found != null) {
            throw ambiguous();
          }
          found = cookie.substring(name.length() + 1);
        }
      }
    }
    return found;
  }

  private @Nullable String evaluate(Exchange exchange, GatewayRequest request) {
    if (expression == null) {
      return null;
    }
    try {
      String value = expression.string(exchange, request, null);
      return value.isEmpty() ? null : value;
    } catch (EvaluationException e) {
      return null; // what it reads is not there
    }
  }

  private static GatewayRequest withoutParameter(GatewayRequest request, String name) {
    List<String> kept = new ArrayList<>();
    for (String part : parameters(request)) {
      if (!isNamed(part, name)) {
        kept.add(part);
      }
    }
    return request.toBuilder().query(kept.isEmpty() ? null : String.join("&", kept)).build();
  }

  private static GatewayRequest withoutCookie(GatewayRequest request, String name) {
    List<String> kept = new ArrayList<>();
    for (String line : request.headers().all("cookie")) {
      for (String part : line.split(";", -1)) {
        if (!part.isBlank() && !part.strip().startsWith(name + "=")) {
          kept.add(part.strip());
        }
      }
    }
    return request.withHeaders(
        kept.isEmpty()
            ? request.headers().without("cookie")
            : request.headers().with("cookie", String.join("; ", kept)));
  }

  private static String[] parameters(GatewayRequest request) {
    String query = request.query();
    return query == null ? new String[0] : query.split("&", -1);
  }

  private static boolean isNamed(String part, String name) {
    int equals = part.indexOf('=');
    return decode(equals < 0 ? part : part.substring(0, equals)).equals(name);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text; // a stray percent sign; no credential looks like that
    }
  }

  private static RuntimeException ambiguous() {
    return Reason.INVALID_REQUEST.exception("invalid request").detail("credential sent twice");
  }
}
