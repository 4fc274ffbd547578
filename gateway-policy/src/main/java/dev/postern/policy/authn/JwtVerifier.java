package dev.postern.policy.authn;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.text.Secret;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens: the issuer they name chooses the keys, the key chooses what signatures it makes,
 * and only what was signed is believed.
 */
final class JwtVerifier implements AuthenticationInterceptor.Verifier {
  /** What the caller's token says; that of a later policy replaces that of an earlier one. */
  static final AttributeKey<Caller> CALLER = AttributeKey.of("jwt");

  private final Map<String, Issuer> issuers = new HashMap<>();
  private final JwtAuth.Unavailable unavailable;
  private final InstantSource clock;
  private final VerifiedTokens verified = new VerifiedTokens();

  /** What a verified token says. */
  record Caller(JsonObject claims, Secret token) {}

  /** An issuer and where its keys are. */
  record Issuer(JwtAuth.Provider provider, KeySource source, ClaimRules rules) {}

  JwtVerifier(JwtAuth policy, GatewayContext context) {
    this.unavailable = policy.onUnavailable();
    this.clock = context.clock();
    for (JwtAuth.Provider provider : policy.providers()) {
      KeySource source = source(provider.jwks(), policy, context);
      issuers.put(provider.issuer(), new Issuer(provider, source, new ClaimRules(provider)));
    }
  }

  private static KeySource source(Jwks jwks, JwtAuth policy, GatewayContext context) {
    Path file = jwks.file();
    String url = jwks.url();
    if (file != null) {
      Followed<KeySet> followed = new Followed<>("jwks.file", Secret.file(file), KeySet::read);
      return exchange -> followed.get();
    }
    if (url != null) {
      return RemoteKeys.of(
          new RemoteKeys.Place(url, jwks.maxStale(), policy.jwksFetchTimeout(), jwks.policies()),
          context);
    }
    KeySet keys = KeySet.of(jwks.keys() == null ? List.of() : jwks.keys());
    return exchange -> keys;
  }

  @Override
  public GatewayException missing() {
    return JwtFailure.missing();
  }

  @Override
  public void verify(Exchange exchange, String token) {
    Instant now = clock.instant();
    Digest digest = CompactToken.tooLong(token) ? null : Digest.of(token);
    VerifiedTokens.Entry known = digest == null ? null : verified.find(digest);
    if (known != null && known.usable(exchange, now)) {
      exchange.set(CALLER, new Caller(known.claims(), Secret.of(token)));
      return;
    }
    CompactToken parts = CompactToken.read(token);
    if (parts == null || digest == null) {
      throw JwtFailure.MALFORMED.exception();
    }
    Issuer issuer = issuer(parts);
    KeySet keys = verifySignature(parts, issuer, exchange);
    JwtFailure failure = issuer.rules().check(parts.claims(), now);
    if (failure != null) {
      throw failure.exception();
    }
    verified.put(
        digest, new VerifiedTokens.Entry(issuer, keys, parts.claims(), now, token.length()));
    exchange.set(CALLER, new Caller(parts.claims(), Secret.of(token)));
  }

  private Issuer issuer(CompactToken token) {
    Issuer issuer =
        token.claims().members().get("iss") instanceof JsonString(String name)
            ? issuers.get(name)
            : null;
    if (issuer == null) {
      throw JwtFailure.ISSUER.exception();
    }
    return issuer;
  }

  /** Returns the keys of the issuer, one of which made the signature. */
  private KeySet verifySignature(CompactToken token, Issuer issuer, Exchange exchange) {
    checkHeader(token, issuer.provider());
    KeySet keys = issuer.source().keys(exchange);
    if (keys == null) {
      throw JwtFailure.unavailable(unavailable);
    }
    String id = token.header("kid");
    List<VerificationKey> candidates;
    if (id != null) {
      candidates = keys.named(id);
      if (candidates.isEmpty()) {
        keys = issuer.source().newer(keys, exchange);
        candidates = keys.named(id);
      }
    } else {
      candidates = only(keys, issuer.provider());
    }
    if (candidates.isEmpty()) {
      throw JwtFailure.UNKNOWN_KEY.exception();
    }
    boolean fits = false;
    for (VerificationKey key : candidates) {
      if (key.fits(token.algorithm())) {
        fits = true;
        if (token.verifiedBy(key)) {
          return keys;
        }
      }
    }
    throw (fits ? JwtFailure.SIGNATURE : JwtFailure.MALFORMED).exception();
  }

  private static List<VerificationKey> only(KeySet keys, JwtAuth.Provider provider) {
    VerificationKey key = provider.allowMissingKid() ? keys.single() : null;
    if (key == null) {
      throw JwtFailure.NO_KEY_ID.exception();
    }
    return List.of(key);
  }

  private static void checkHeader(CompactToken token, JwtAuth.Provider provider) {
    List<String> algorithms = provider.algorithms();
    String wanted = provider.requireTyp();
    boolean allowed = algorithms.isEmpty() || algorithms.contains(token.algorithm().named());
    if (!allowed || (wanted != null && !isType(wanted, token.header("typ")))) {
      throw JwtFailure.MALFORMED.exception();
    }
  }

  /** Types compare without case; {@code application/} may be left out (RFC 7515 §4.1.9). */
  private static boolean isType(String wanted, @Nullable String type) {
    return type != null && plain(wanted).equalsIgnoreCase(plain(type));
  }

  private static String plain(String type) {
    String prefix = "application/";
    return type.regionMatches(true, 0, prefix, 0, prefix.length())
        ? type.substring(prefix.length())
        : type;
  }
}
