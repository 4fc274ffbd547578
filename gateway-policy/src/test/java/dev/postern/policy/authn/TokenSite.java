package dev.postern.policy.authn;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import dev.postern.policy.authn.Site.Answer;
import dev.postern.policy.authn.Site.Door;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A site that believes the tokens of one issuer, with keys of several kinds. */
abstract class TokenSite {
  static final String A = "https://a.example";
  static final String B = "https://b.example";
  static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  static final long SECONDS = NOW.getEpochSecond();
  static final Issuer RSA = Issuer.rsa("rsa");
  static final Issuer P256 = Issuer.ec("p256", Curve.P_256);
  static final Issuer P384 = Issuer.ec("p384", Curve.P_384);
  static final Issuer ED = Issuer.ed25519("ed");

  Site site;

  @BeforeEach
  void start() throws IOException {
    site = Site.of(strict(provider()));
  }

  @AfterEach
  void stop() {
    site.close();
  }

  static JwtAuth.Provider provider() {
    return JwtAuth.Provider.of(
        A, Jwks.parse(Issuer.jwks(RSA.jwk(), P256.jwk(), P384.jwk(), ED.jwk())));
  }

  static JwtAuth strict(JwtAuth.Provider... providers) {
    return JwtAuth.of(providers).mode(AuthenticationMode.STRICT);
  }

  /** Returns good claims with more members, each preceded by a comma. */
  static String claims(String more) {
    return "{\"iss\":\"" + A + "\",\"sub\":\"alice\",\"exp\":" + (SECONDS + 600) + more + "}";
  }

  static String[] bearer(String token) {
    return new String[] {"authorization", "Bearer " + token};
  }

  /** Sends a token through both doors, unless no head can carry it; the answers are the same. */
  Answer send(String token) throws IOException {
    Answer answer = site.get(Door.CALL, "/", bearer(token));
    if (token.matches("\\p{Graph}{1,30000}")) {
      Answer other = site.get(Door.SOCKET, "/", bearer(token));
      assertThat(other.status()).isEqualTo(answer.status());
      assertThat(other.body()).isEqualTo(answer.body());
    }
    return answer;
  }

  void refused(String token, String text) throws IOException {
    refused(send(token), text);
  }

  static void refused(Answer answer, String text) {
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo("authentication failure: " + text);
  }

  static final String MALFORMED = "the token is invalid or malformed";
  static final String SIGNATURE = "the token signature is invalid";
}
