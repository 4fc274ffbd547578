package dev.postern.policy.authn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.authn.Site.Door;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is known of callers, in rules that decide. */
class IdentityInRulesTest {
  private static final String RED = "sk-red-0123456789";
  private static final String BLUE = "sk-blue-0123456789";

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  @DisplayName("AK-3: rules see the metadata of keys")
  void rulesSeeMetadata(Door door) throws IOException {
    String yaml =
        """
        apiKey:
          keys:
          - key: %s
            name: alice
            metadata: {team: red, level: 3}
          - key: %s
            metadata: {team: blue, level: 3}
        authorization:
          rules:
          - 'apiKey.team == "red" && apiKey.name == "alice" && apiKey.level >= 3'
        """
            .formatted(RED, BLUE);
    assertThat(Site.load(directory, yaml).diagnostics()).isEmpty();
    try (Site site = Site.yaml(directory, yaml)) {
      assertThat(site.get(door, "/", "authorization", "Bearer " + RED).status()).isEqualTo(200);
      assertThat(site.get(door, "/", "authorization", "Bearer " + BLUE).status()).isEqualTo(403);
      assertThat(site.get(door, "/").status()).isEqualTo(403);
      site.close();
      assertThat(site.log.toString()).doesNotContain(RED, BLUE);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("JW-9: rules see claims")
  void rulesSeeClaims(Door door) throws IOException {
    Issuer issuer = Issuer.rsa("rsa");
    String yaml =
        """
        jwtAuth:
          issuer: i
          audiences: [a]
          jwks: '%s'
        authorization:
          rules:
          - 'jwt.sub == "alice" && "admin" in jwt.groups && jwt.level == 7'
        """
            .formatted(Issuer.jwks(issuer.jwk()));
    String claims = "{\"iss\":\"i\",\"aud\":\"a\",\"exp\":9000000000,\"sub\":\"alice\",\"level\":7";
    try (Site site = Site.yaml(directory, yaml)) {
      String admin = issuer.token("RS256", claims + ",\"groups\":[\"x\",\"admin\"]}");
      String other = issuer.token("RS256", claims + ",\"groups\":[\"x\"]}");
      assertThat(site.get(door, "/", "authorization", "Bearer " + admin).status()).isEqualTo(200);
      assertThat(site.get(door, "/", "authorization", "Bearer " + other).status()).isEqualTo(403);
      assertThat(site.get(door, "/").status()).isEqualTo(403);
    }
  }

  @Test
  void anExpressionFindsTheCredential() throws IOException {
    String yaml =
        """
        apiKey:
          mode: strict
          location:
            expression: 'request.headers["x-token"]'
          keys:
          - key: %s
        """
            .formatted(RED);
    try (Site site = Site.yaml(directory, yaml)) {
      assertThat(site.get(Door.CALL, "/", "x-token", RED).status()).isEqualTo(200);
      // It cannot be known what to take out.
      assertThat(site.reached.getLast().getHeaders().get("x-token")).isEqualTo(RED);
      assertThat(site.get(Door.CALL, "/", "x-token", BLUE).status()).isEqualTo(401);
      assertThat(site.get(Door.CALL, "/").body()).endsWith("no API Key found");
    }
  }
}
