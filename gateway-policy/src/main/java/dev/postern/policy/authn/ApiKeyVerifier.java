package dev.postern.policy.authn;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.spi.ModelAccess;
import dev.postern.core.text.Secret;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Finds keys by their digest. */
final class ApiKeyVerifier implements AuthenticationInterceptor.Verifier {
  /** The key of the caller. */
  static final AttributeKey<Caller> CALLER = AttributeKey.of("apiKey");

  private static final String FAILURE = "api key authentication failure: ";
  private static final int LONGEST = 1024;

  private final Supplier<KeyTable> table;
  private final InstantSource clock;

  /** A caller and the key it showed. Not printed with the key. */
  record Caller(ApiKey.Key key, Secret shown) {}

  ApiKeyVerifier(ApiKey policy, InstantSource clock) {
    this.table = table(policy);
    this.clock = clock;
  }

  private static Supplier<KeyTable> table(ApiKey policy) {
    Path file = policy.file();
    if (file != null) {
      Followed<KeyTable> followed = new Followed<>("apiKey.file", Secret.file(file), KeyFile::read);
      return followed::get;
    }
    KeyTable keys = KeyTable.of(policy.keys());
    return () -> keys;
  }

  @Override
  public void verify(Exchange exchange, String credential) {
    if (credential.isEmpty() || credential.length() > LONGEST) {
      throw refused("no key is that long");
    }
    ApiKey.Key key = table.get().find(Digest.of(credential));
    if (key == null) {
      throw refused("unknown key");
    }
    String refusal = key.refusal(exchange.record().source(), clock.instant());
    if (refusal != null) {
      throw refused(refusal);
    }
    exchange.set(CALLER, new Caller(key, Secret.of(credential)));
    exchange.set(ModelAccess.KEY, key.allowedModels() == null ? null : models(key));
  }

  private static ModelAccess models(ApiKey.Key key) {
    return model -> {
      for (String pattern : requireNonNull(key.allowedModels())) {
        if (ModelPattern.parse(pattern).matches(model)) {
          return true;
        }
      }
      return false;
    };
  }

  @Override
  public GatewayException missing() {
    return Reason.API_KEY_AUTH
        .exception(FAILURE + "no API Key found")
        .header("www-authenticate", Challenges.bearer())
        .detail("apiKey: no key");
  }

  private static GatewayException refused(String detail) {
    return Reason.API_KEY_AUTH
        .exception(FAILURE + "invalid credentials")
        .header("www-authenticate", Challenges.invalidToken())
        .detail("apiKey: " + detail);
  }
}
