package dev.postern.policy.authn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.authn.Site.Answer;
import dev.postern.policy.authn.Site.Door;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a token must say. */
class JwtClaimsTest extends TokenSite {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exp | -61      | the token has expired",
        "exp | -60      | the token has expired",
        "exp | -59      | ok",
        "exp | -59.5    | ok",
        "nbf | 60       | ok",
        "nbf | 61       | the token is not yet valid",
        "iat | 60       | ok",
        "iat | 61       | the token is not yet valid",
      })
  @DisplayName("JW-7: times are compared with a minute's tolerance")
  void timesAreCompared(String name, String offset, String expected) throws IOException {
    String time =
        new java.math.BigDecimal(offset).add(java.math.BigDecimal.valueOf(SECONDS)).toPlainString();
    String claims =
        name.equals("exp")
            ? "{\"iss\":\"" + A + "\",\"exp\":" + time + "}"
            : claims(",\"" + name + "\":" + time);
    Answer answer = send(RSA.token("RS256", claims));
    if (expected.equals("ok")) {
      assertThat(answer.status()).isEqualTo(200);
    } else {
      refused(answer, expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"1893456600\"", "1e400", "null", "1e12", "-1e12", "[]", "true"})
  @DisplayName("JW-7, BI-4: times that are none are refused")
  void timesThatAreNoneAreRefused(String time) throws IOException {
    refused(RSA.token("RS256", "{\"iss\":\"" + A + "\",\"exp\":" + time + "}"), MALFORMED);
    refused(RSA.token("RS256", claims(",\"nbf\":" + time)), MALFORMED);
  }

  @Test
  @DisplayName("JW-7, BI-4: an expiry before time began is past")
  void aNegativeExpiryIsPast() throws IOException {
    refused(RSA.token("RS256", "{\"iss\":\"" + A + "\",\"exp\":-1}"), "the token has expired");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"exp\":9999999999}",
        "{\"iss\":7}",
        "{\"iss\":\"" + A + "/\"}",
        "{\"iss\":null}"
      })
  @DisplayName("JW-7: the issuer is there, and exactly as configured")
  void otherIssuersAreRefused(String claims) throws IOException {
    refused(RSA.token("RS256", claims), "issuer is not allowed");
  }

  @Test
  void requiredClaimsAreThere() throws IOException {
    refused(RSA.token("RS256", "{\"iss\":\"" + A + "\"}"), "missing required claim");
    JwtAuth.Provider provider =
        provider().jwtValidationOptions(new JwtAuth.ValidationOptions(List.of("sub", "tenant")));
    try (Site other = Site.of(strict(provider))) {
      String some = RSA.token("RS256", "{\"iss\":\"" + A + "\",\"sub\":\"a\",\"tenant\":null}");
      refused(other.get(Door.CALL, "/", bearer(some)), "missing required claim");
      String all = RSA.token("RS256", "{\"iss\":\"" + A + "\",\"sub\":\"a\",\"tenant\":1}");
      assertThat(other.get(Door.CALL, "/", bearer(all)).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"one\"           | ok",
        "[\"x\", \"two\"]  | ok",
        "\"One\"           | audience is not allowed",
        "[]                | audience is not allowed",
        "[\"x\"]           | audience is not allowed",
        "{\"one\": 1}      | the token is invalid or malformed",
        "[1, \"one\"]      | the token is invalid or malformed",
        "7                 | the token is invalid or malformed",
      })
  @DisplayName("BI-4: audiences overlap, or the token is refused")
  void audiencesOverlap(String audience, String expected) throws IOException {
    try (Site other = Site.of(strict(provider().audiences("one", "two")))) {
      Answer answer =
          other.get(Door.CALL, "/", bearer(RSA.token("RS256", claims(",\"aud\":" + audience))));
      if (expected.equals("ok")) {
        assertThat(answer.status()).isEqualTo(200);
      } else {
        refused(answer, expected);
      }
      refused(
          other.get(Door.CALL, "/", bearer(RSA.token("RS256", claims("")))),
          "audience is not allowed");
    }
  }

  @Test
  @DisplayName("BI-4: an audience that is none is refused though nobody asks for one")
  void anAudienceIsTextOrTexts() throws IOException {
    refused(RSA.token("RS256", claims(",\"aud\":{}")), MALFORMED);
  }

  @Test
  @DisplayName("JW-5, JW-8, BI-4: members twice, deep nesting and long tokens are refused")
  void payloadsAreBounded() throws IOException {
    refused(RSA.token("RS256", claims(",\"sub\":\"bob\"")), MALFORMED);
    refused(RSA.token("RS256", claims(",\"x\":" + "[".repeat(33) + "]".repeat(33))), MALFORMED);
    assertThat(
            send(RSA.token("RS256", claims(",\"x\":" + "[".repeat(30) + "]".repeat(30)))).status())
        .isEqualTo(200);
    String deep = claims(",\"x\":" + "[".repeat(4000) + "]".repeat(4000));
    refused(RSA.token("RS256", deep), MALFORMED);
    assertThat(
            CompactToken.read(RSA.token("RS256", claims(",\"x\":\"" + "x".repeat(12_500) + "\""))))
        .isNull();
  }
}
