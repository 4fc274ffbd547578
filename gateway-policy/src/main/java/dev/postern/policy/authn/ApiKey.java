package dev.postern.policy.authn;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.Cidr;
import dev.postern.core.json.Json;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.text.Secret;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells callers apart by keys.
 *
 * <p>Keys are known by their SHA-256 only. A request with an unknown key is refused with 401; one
 * without a key only in strict mode. Expressions see the metadata of the key at {@code apiKey}.
 *
 * @param keys the keys
 * @param file a JSON file with the keys instead, followed as it changes; null without
 * @param mode what happens to requests whose key is missing or unknown; optional by default
 * @param location where the key stands; a bearer token by default
 * @param forward whether the key stays in the request; by default it is taken out
 * @param forwardInvalid whether an unknown key stays in the request, in permissive mode; by default
 *     it is taken out
 */
public record ApiKey(
    List<Key> keys,
    @Nullable Path file,
    AuthenticationMode mode,
    AuthorizationLocation location,
    boolean forward,
    boolean forwardInvalid)
    implements InterceptingPolicy {
  /** Sets the defaults and checks the keys. */
  public ApiKey {
    keys = keys == null ? List.of() : List.copyOf(keys);
    mode = mode == null ? AuthenticationMode.OPTIONAL : mode;
    location = location == null ? AuthorizationLocation.BEARER : location;
    if (keys.isEmpty() == (file == null)) {
      throw new IllegalArgumentException(
          keys.isEmpty()
              ? "keys: missing (expected: keys or file)"
              : "file: set together with keys (expected: one of them)");
    }
    KeyTable.of(keys);
  }

  /** Returns a policy with these keys, which lets requests without a key pass. */
  public static ApiKey of(Key... keys) {
    return new ApiKey(
        List.of(keys),
        null,
        AuthenticationMode.OPTIONAL,
        AuthorizationLocation.BEARER,
        false,
        false);
  }

  /** Returns a policy with the keys of a JSON file, which lets requests without a key pass. */
  public static ApiKey file(Path file) {
    return new ApiKey(
        List.of(), file, AuthenticationMode.OPTIONAL, AuthorizationLocation.BEARER, false, false);
  }

  /** Returns this policy with other keys. */
  public ApiKey keys(Key... keys) {
    return new ApiKey(List.of(keys), null, mode, location, forward, forwardInvalid);
  }

  /** Returns this policy in another mode. */
  public ApiKey mode(AuthenticationMode mode) {
    return new ApiKey(keys, file, mode, location, forward, forwardInvalid);
  }

  /** Returns this policy looking for the key elsewhere. */
  public ApiKey location(AuthorizationLocation location) {
    return new ApiKey(keys, file, mode, location, forward, forwardInvalid);
  }

  /** Returns this policy, leaving keys in requests or not. */
  public ApiKey forward(boolean forward) {
    return new ApiKey(keys, file, mode, location, forward, forwardInvalid);
  }

  /** Returns this policy, leaving unknown keys in requests or not. */
  public ApiKey forwardInvalid(boolean forwardInvalid) {
    return new ApiKey(keys, file, mode, location, forward, forwardInvalid);
  }

  @Override
  public String kind() {
    return "apiKey";
  }

  @Override
  public Phase phase(Place place) {
    return switch (place) {
      case GATEWAY, ROUTE -> Phase.API_KEY;
      case BACKEND -> throw place.misplaced(kind(), "a gateway or a route");
    };
  }

  @Override
  public List<VariableSource> variables() {
    return List.of(ApiKeyVariable.INSTANCE);
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return new AuthenticationInterceptor(
        new CredentialFinder(location, context),
        new ApiKeyVerifier(this, context.clock()),
        new AuthenticationInterceptor.Handling(mode, forward, forwardInvalid));
  }

  /**
   * One key and what it says about its bearer.
   *
   * <p>A key given as a text is turned into its digest here, and the text is forgotten; one in a
   * file follows the file.
   *
   * @param key the key, when it is in a file; null when the digest is known
   * @param keyHash {@code sha256:} and 64 hexadecimal digits, or null
   * @param metadata what expressions see at {@code apiKey}
   * @param allowedModels the models its bearer may ask for: names, {@code prefix*}, {@code *suffix}
   *     or {@code *}; null for any, empty for none
   * @param name what expressions see at {@code apiKey.name}, or null
   * @param expiresAt from when on it is refused, or null
   * @param disabled whether it is refused
   * @param ipRanges where callers must come from; anywhere when empty
   */
  public record Key(
      @Nullable Secret key,
      @Nullable String keyHash,
      Map<String, Json> metadata,
      @Nullable List<String> allowedModels,
      @Nullable String name,
      @Nullable Instant expiresAt,
      boolean disabled,
      List<Cidr> ipRanges) {
    private static final int SHORTEST = 8;

    /** Checks the parts and forgets the text of the key. */
    public Key {
      metadata =
          metadata == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
      allowedModels = allowedModels == null ? null : List.copyOf(allowedModels);
      ipRanges = ipRanges == null ? List.of() : List.copyOf(ipRanges);
      if ((key == null) == (keyHash == null)) {
        throw new IllegalArgumentException(
            key == null
                ? "key: missing (expected: key or keyHash)"
                : "keyHash: set together with key (expected: one of them)");
      }
      if (metadata.containsKey("key")) {
        throw new IllegalArgumentException(
            "metadata.key: not allowed (expected: another name; apiKey.key is the key itself)");
      }
      if (allowedModels != null) {
        allowedModels.forEach(ModelPattern::parse);
      }
      if (key == null) {
        keyHash = Digest.parse("keyHash", requireNonNull(keyHash, "keyHash")).toString();
      } else if (!(key.reference().orElse(null) instanceof Secret.Reference.File)) {
        keyHash = digest(key.reveal()).toString();
        key = null;
      } else {
        digest(key.reveal());
      }
    }

    /** Returns a key. */
    public static Key of(Secret key) {
      return new Key(
          requireNonNull(key, "key"), null, Map.of(), null, null, null, false, List.of());
    }

    /** Returns the key with this digest, {@code sha256:} and 64 hexadecimal digits. */
    public static Key hashed(String keyHash) {
      return new Key(
          null, requireNonNull(keyHash, "keyHash"), Map.of(), null, null, null, false, List.of());
    }

    /**
     * Returns why the key is refused at that time from that address, for the log; null if it is
     * not.
     */
    public @Nullable String refusal(@Nullable InetAddress source, Instant now) {
      if (disabled) {
        return "disabled key";
      }
      if (expiresAt != null && !now.isBefore(expiresAt)) {
        return "expired key";
      }
      boolean allowed =
          ipRanges.isEmpty()
              || (source != null && ipRanges.stream().anyMatch(range -> range.contains(source)));
      return allowed ? null : "key used from an address outside of its ranges";
    }

    /** Returns this key with other metadata. */
    public Key metadata(Map<String, Json> metadata) {
      return new Key(key, keyHash, metadata, allowedModels, name, expiresAt, disabled, ipRanges);
    }

    /** Returns this key for these models. */
    public Key allowedModels(String... models) {
      return new Key(key, keyHash, metadata, List.of(models), name, expiresAt, disabled, ipRanges);
    }

    /** Returns this key with a name. */
    public Key name(String name) {
      return new Key(key, keyHash, metadata, allowedModels, name, expiresAt, disabled, ipRanges);
    }

    /** Returns this key, refused from that time on. */
    public Key expiresAt(Instant expiresAt) {
      return new Key(key, keyHash, metadata, allowedModels, name, expiresAt, disabled, ipRanges);
    }

    /** Returns this key, refused or not. */
    public Key disabled(boolean disabled) {
      return new Key(key, keyHash, metadata, allowedModels, name, expiresAt, disabled, ipRanges);
    }

    /** Returns this key for callers from these ranges. */
    public Key ipRanges(Cidr... ranges) {
      return new Key(
          key, keyHash, metadata, allowedModels, name, expiresAt, disabled, List.of(ranges));
    }

    /** Returns the digest of the key as it is now. */
    Digest digest() {
      return keyHash != null ? Digest.parse("keyHash", keyHash) : Digest.of(secret().reveal());
    }

    /** Returns the digest of a key in a file, now and when the file has changed. */
    Followed<Digest> follow() {
      return new Followed<>("a key of apiKey", secret(), Key::digest);
    }

    /** Returns whether the key is in a file and may change. */
    boolean followed() {
      return keyHash == null;
    }

    private Secret secret() {
      return requireNonNull(key, "key");
    }

    private static Digest digest(String text) {
      if (text.length() < SHORTEST) {
        throw new IllegalArgumentException(
            "key: shorter than " + SHORTEST + " characters (expected: a longer key)");
      }
      return Digest.of(text);
    }
  }
}
