package dev.postern.policy.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.config.Configs;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.policy.authn.Site.Answer;
import dev.postern.policy.authn.Site.Door;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of requests with tokens, and how the policy is written. */
class JwtAuthTest extends TokenSite {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  @DisplayName("ER-5: refusals carry the challenge of RFC 6750")
  void refusalsCarryAChallenge(Door door) throws IOException {
    Answer missing = site.get(door, "/");
    refused(missing, "no bearer token found");
    assertThat(missing.headers().get("www-authenticate")).isEqualTo("Bearer realm=\"Restricted\"");
    Answer wrong = site.get(door, "/", bearer("x"));
    refused(wrong, MALFORMED);
    assertThat(wrong.headers().get("www-authenticate"))
        .isEqualTo("Bearer realm=\"Restricted\", error=\"invalid_token\"");
    String token = RSA.token("RS256", claims(""));
    assertThat(site.get(door, "/", bearer(token)).status()).isEqualTo(200);
    assertThat(site.reached.getLast().getHeaders().get("authorization")).isNull();
    site.close();
    assertThat(site.log.toString()).doesNotContain(token).contains("JwtAuth");
  }

  @Test
  @DisplayName("BI-1: a permissive policy takes tokens that are none for nobody's")
  void permissiveTakesBadTokensOut() throws IOException {
    JwtAuth policy = JwtAuth.of(provider()).mode(AuthenticationMode.PERMISSIVE);
    Site.Witness witness = Site.Witness.of(policy);
    try (Site permissive = Site.of(policy, witness)) {
      assertThat(permissive.get(Door.CALL, "/", bearer("a.b.c")).status()).isEqualTo(200);
      assertThat(permissive.reached.getLast().getHeaders().get("authorization")).isNull();
      assertThat(witness.seen()).containsExactly(Map.of());
    }
  }

  @Test
  @DisplayName("JW-9: expressions see claims, and the token as a secret")
  void expressionsSeeClaims() throws IOException {
    JwtAuth policy = strict(provider());
    Site.Witness witness = Site.Witness.of(policy);
    try (Site seen = Site.of(policy, witness)) {
      seen.get(
          Door.CALL, "/", bearer(RSA.token("RS256", claims(",\"n\":7,\"d\":7.0,\"rawToken\":1"))));
    }
    assertThat(witness.seen().getFirst())
        .containsEntry("jwt.sub", "\"alice\"")
        .containsEntry("jwt.n", "7")
        .containsEntry("jwt.d", "7.0")
        .containsEntry("jwt.rawToken", "<redacted>");
  }

  @Test
  @DisplayName("JW-10: a verified token is believed for a minute, and not after it has expired")
  void verifiedTokensAreRemembered() throws IOException {
    String token = RSA.token("RS256", "{\"iss\":\"" + A + "\",\"exp\":" + (SECONDS + 30) + "}");
    assertThat(send(token).status()).isEqualTo(200);
    site.at(NOW.plusSeconds(89));
    assertThat(send(token).status()).isEqualTo(200);
    site.at(NOW.plusSeconds(90));
    refused(token, "the token has expired");
    site.at(NOW);
    assertThat(send(token).status()).isEqualTo(200);
  }

  @Test
  @DisplayName("JW-10: what was verified with other keys is verified again")
  void changedKeysForgetWhatWasVerified() throws Exception {
    Path file = Files.writeString(directory.resolve("jwks.json"), Issuer.jwks(RSA.jwk()));
    KeySet first = KeySet.read(Files.readString(file));
    KeySet second = KeySet.read(Files.readString(file));
    KeySet[] now = {first};
    JwtVerifier.Issuer issuer =
        new JwtVerifier.Issuer(provider(), exchange -> now[0], new ClaimRules(provider()));
    CompactToken token = CompactToken.read(RSA.token("RS256", claims("")));
    VerifiedTokens.Entry entry = new VerifiedTokens.Entry(issuer, first, token.claims(), NOW, 100);
    assertThat(entry.usable(null, NOW)).isTrue();
    assertThat(entry.usable(null, NOW.plusSeconds(59))).isTrue();
    assertThat(entry.usable(null, NOW.plusSeconds(60))).isFalse();
    assertThat(entry.usable(null, NOW.minusSeconds(1))).isFalse();
    now[0] = second;
    assertThat(entry.usable(null, NOW)).isFalse();
  }

  @Test
  void typeAndAlgorithmsMayBeRequired() throws IOException {
    JwtAuth.Provider provider = provider().requireTyp("at+jwt").algorithms("ES256");
    try (Site other = Site.of(strict(provider))) {
      for (String type : List.of("at+jwt", "AT+JWT", "application/at+jwt")) {
        String header = "{\"alg\":\"ES256\",\"kid\":\"p256\",\"typ\":\"" + type + "\"}";
        String token = P256.signed("ES256", header, claims(""));
        assertThat(other.get(Door.CALL, "/", bearer(token)).status()).isEqualTo(200);
      }
      refused(other.get(Door.CALL, "/", bearer(P256.token("ES256", claims("")))), MALFORMED);
      String header = "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":\"at+jwt\"}";
      refused(
          other.get(Door.CALL, "/", bearer(RSA.signed("RS256", header, claims("")))), MALFORMED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void yamlSaysTheSame(Door door) throws IOException {
    Files.writeString(directory.resolve("jwks.json"), Issuer.jwks(RSA.jwk()));
    String yaml =
        """
        jwtAuth:
          mode: strict
          issuer: %s
          audiences: [one]
          jwks:
            file: jwks.json
          jwtValidationOptions:
            requiredClaims: [exp, sub]
          clockSkew: 30s
          algorithms: [RS256]
          location:
            queryParameter:
              name: token
        """
            .formatted(A);
    JwtAuth expected =
        strict(
                JwtAuth.Provider.of(A, Jwks.file(directory.resolve("jwks.json")))
                    .audiences("one")
                    .jwtValidationOptions(new JwtAuth.ValidationOptions(List.of("exp", "sub")))
                    .clockSkew(Duration.ofSeconds(30))
                    .algorithms("RS256"))
            .location(new AuthorizationLocation.QueryParameter("token"));
    assertThat(Site.load(directory, yaml).config().routes().getFirst().policies().find("jwtAuth"))
        .isEqualTo(expected);
    assertThat(Site.load(directory, yaml).diagnostics()).isEmpty();
    String written = Configs.toYaml(Site.load(directory, yaml).config());
    assertThat(Configs.fromYaml(written)).isEqualTo(Site.load(directory, yaml).config());
    try (Site other = Site.yaml(directory, yaml)) {
      String token = RSA.token("RS256", claims(",\"aud\":\"one\""));
      assertThat(other.get(door, "/x?token=" + token).status()).isEqualTo(200);
      assertThat(other.reached.getLast().getTarget()).isEqualTo("/x");
      assertThat(other.get(door, "/x").status()).isEqualTo(401);
    }
  }

  @Test
  void yamlNamesSeveralIssuersAndKeysInPlace() {
    String yaml =
        """
        jwtAuth:
          providers:
          - issuer: %s
            audiences: [one]
            jwks: '%s'
          - issuer: %s
            audiences: [two]
            jwks:
              url: https://b.example/keys
              maxStale: 1h
        authorization:
          rules: ['jwt.sub == "alice"']
        """
            .formatted(A, Issuer.jwks(RSA.jwk()), B);
    JwtAuth expected =
        JwtAuth.of(
            JwtAuth.Provider.of(A, RSA.jwks()).audiences("one"),
            JwtAuth.Provider.of(B, Jwks.url("https://b.example/keys").maxStale(Duration.ofHours(1)))
                .audiences("two"));
    assertThat(Site.load(directory, yaml).config().routes().getFirst().policies().find("jwtAuth"))
        .isEqualTo(expected);
    assertThat(Site.load(directory, yaml).diagnostics()).isEmpty();
  }

  @Test
  void whatLeavesADoorOpenIsWarnedAbout() {
    String yaml = "jwtAuth:\n  issuer: i\n  jwks: {url: 'https://a.example/k'}\n";
    assertThat(Site.load(directory, yaml).diagnostics())
        .hasSize(2)
        .anySatisfy(warning -> assertThat(warning.toString()).contains("audiences"))
        .anySatisfy(warning -> assertThat(warning.toString()).contains("no authorization rule"));
  }

  @Test
  void mistakesAreRefused() {
    assertThatThrownBy(() -> Jwks.url("http://a.example/keys")).hasMessageContaining("https");
    assertThat(Jwks.url("http://127.0.0.1:8/keys").url()).isNotNull();
    assertThatThrownBy(() -> Jwks.url("ftp://a.example/keys")).hasMessageContaining("https");
    assertThatThrownBy(() -> Jwks.url("https://u:p@a.example/keys")).hasMessageNotContaining("u:p");
    assertThatThrownBy(() -> Jwks.parse("{\"keys\":[]}")).hasMessageContaining("none is usable");
    assertThatThrownBy(() -> JwtAuth.of()).hasMessageStartingWith("providers: none");
    assertThatThrownBy(() -> JwtAuth.of(provider(), provider()))
        .hasMessageStartingWith("providers[1].issuer: named twice");
    assertThatThrownBy(() -> provider().algorithms("HS256"))
        .hasMessageStartingWith("algorithms[0]: \"HS256\"");
    assertThatThrownBy(
            () -> Site.load(directory, "jwtAuth:\n  issuer: i\n  providers: []\n  jwks: '{}'"))
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> strict(provider()).phase(Place.BACKEND))
        .hasMessage("jwtAuth: cannot run at a backend (expected: a gateway or a route)");
    assertThat(strict(provider()).phase(Place.GATEWAY)).isEqualTo(Phase.JWT_AUTH);
  }
}
