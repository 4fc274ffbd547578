package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.text.Secret;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Credentials for a backend. The client's own value at the place of a credential is always removed.
 *
 * @param key the secret to send, or null
 * @param passthrough sends the caller's own credential on, or null
 * @param credentials further secrets, each at a place of its own
 */
public record BackendAuth(
    @Nullable Key key, @Nullable Passthrough passthrough, List<Credential> credentials)
    implements InterceptingPolicy {
  /** Sets the defaults and checks that there is something to send, once. */
  public BackendAuth {
    credentials = Checks.list(credentials);
    if (key != null && passthrough != null) {
      throw new IllegalArgumentException("key, passthrough: both set (expected: at most one)");
    }
    if (key == null && passthrough == null && credentials.isEmpty()) {
      throw new IllegalArgumentException("nothing set (expected: key, passthrough or credentials)");
    }
  }

  /** Returns a policy that sends {@code secret} as a bearer token. */
  public static BackendAuth key(Secret secret) {
    return new BackendAuth(new Key(secret, null), null, List.of());
  }

  /** Returns a policy that sends {@code secret} at {@code location}. */
  public static BackendAuth key(Secret secret, CredentialLocation location) {
    return new BackendAuth(new Key(secret, location), null, List.of());
  }

  /** Returns a policy that sends the caller's own credential on, where the caller put it. */
  public static BackendAuth passingThrough() {
    return new BackendAuth(null, new Passthrough(null), List.of());
  }

  /**
   * A secret and where it goes.
   *
   * @param value the secret
   * @param location where it goes; null for the backend's own place, a bearer token for most
   */
  public record Key(Secret value, @Nullable CredentialLocation location) {
    /** Checks the parts. */
    public Key {
      requireNonNull(value, "value");
    }
  }

  /**
   * The caller's own credential.
   *
   * @param location where it goes; null for where the caller put it
   */
  public record Passthrough(@Nullable CredentialLocation location) {}

  /**
   * One more secret.
   *
   * @param location where it goes
   * @param key the secret
   */
  public record Credential(CredentialLocation location, Secret key) {
    /** Checks the parts. */
    public Credential {
      requireNonNull(location, "location");
      requireNonNull(key, "key");
    }
  }

  @Override
  public String kind() {
    return "backendAuth";
  }

  @Override
  public Place runsAt(Place attached) {
    return Place.BACKEND;
  }

  @Override
  public Phase phase(Place place) {
    return Phase.BACKEND_AUTH;
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    List<Credential> all = new ArrayList<>(credentials);
    if (key != null) {
      CredentialLocation place = key.location();
      all.add(new Credential(place == null ? CredentialLocation.BEARER : place, key.value()));
    }
    return (exchange, request, next) -> {
      GatewayRequest authorized = request;
      if (passthrough != null) {
        authorized = own(exchange, authorized, passthrough.location());
      }
      for (Credential credential : all) {
        authorized = credential.location().put(authorized, credential.key().reveal());
      }
      return next.proceed(exchange, authorized);
    };
  }

  /** Puts the caller's credential back that authentication took out, or moves it. */
  private static GatewayRequest own(
      Exchange exchange, GatewayRequest request, @Nullable CredentialLocation location) {
    List<CredentialLocation.Verified> verified = exchange.get(CredentialLocation.VERIFIED);
    if (verified != null && location != null) {
      return location.put(request, verified.getFirst().credential().reveal());
    }
    if (verified != null) {
      GatewayRequest restored = request;
      for (CredentialLocation.Verified credential : verified) {
        restored = credential.location().put(restored, credential.credential().reveal());
      }
      return restored;
    }
    String own = location == null ? null : CredentialLocation.BEARER.find(request);
    if (location == null || own == null) {
      return request;
    }
    Headers without = request.headers().without("authorization");
    return location.put(request.withHeaders(without), own);
  }
}
