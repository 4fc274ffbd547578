package dev.postern.policy.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import dev.postern.core.config.Configs;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.policy.authn.Site.Answer;
import dev.postern.policy.authn.Site.Door;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtAuthTest {
  private static final String A = "https://a.example";
  private static final String B = "https://b.example";
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final long SECONDS = NOW.getEpochSecond();
  private static final Issuer RSA = Issuer.rsa("rsa");
  private static final Issuer P256 = Issuer.ec("p256", Curve.P_256);
  private static final Issuer P384 = Issuer.ec("p384", Curve.P_384);
  private static final Issuer ED = Issuer.ed25519("ed");

  @TempDir Path directory;
  private Site site;

  @BeforeEach
  void start() throws IOException {
    site = Site.of(strict(provider()));
  }

  @AfterEach
  void stop() {
    site.close();
  }

  private static JwtAuth.Provider provider() {
    return JwtAuth.Provider.of(
        A, Jwks.parse(Issuer.jwks(RSA.jwk(), P256.jwk(), P384.jwk(), ED.jwk())));
  }

  private static JwtAuth strict(JwtAuth.Provider... providers) {
    return JwtAuth.of(providers).mode(AuthenticationMode.STRICT);
  }

  /** Returns good claims with more members, each preceded by a comma. */
  private static String claims(String more) {
    return "{\"iss\":\"" + A + "\",\"sub\":\"alice\",\"exp\":" + (SECONDS + 600) + more + "}";
  }

  private static String[] bearer(String token) {
    return new String[] {"authorization", "Bearer " + token};
  }

  private Answer send(String token) throws IOException {
    return site.get(Door.CALL, "/", bearer(token));
  }

  private void refused(String token, String text) throws IOException {
    refused(send(token), text);
  }

  private static void refused(Answer answer, String text) {
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo("authentication failure: " + text);
  }

  private static final String MALFORMED = "the token is invalid or malformed";
  private static final String SIGNATURE = "the token signature is invalid";

  static Stream<Arguments> signatures() {
    return Stream.of(
        Arguments.of(RSA, "RS256"),
        Arguments.of(RSA, "RS384"),
        Arguments.of(RSA, "RS512"),
        Arguments.of(RSA, "PS256"),
        Arguments.of(RSA, "PS384"),
        Arguments.of(RSA, "PS512"),
        Arguments.of(P256, "ES256"),
        Arguments.of(P384, "ES384"),
        Arguments.of(ED, "EdDSA"));
  }

  @ParameterizedTest
  @MethodSource("signatures")
  @DisplayName("JW-1, JW-11: the signatures that are accepted, and none with one bit changed")
  void acceptsTheseSignatures(Issuer issuer, String algorithm) throws IOException {
    String token = issuer.token(algorithm, claims(""));
    assertThat(send(token).status()).isEqualTo(200);
    byte[] signature = StrictBase64.decode(token.substring(token.lastIndexOf('.') + 1));
    signature[10] ^= 1;
    refused(token.substring(0, token.lastIndexOf('.') + 1) + Issuer.base64(signature), SIGNATURE);
    String other = issuer.token(algorithm, claims(",\"admin\":true"));
    refused(
        other.substring(0, other.lastIndexOf('.')) + token.substring(token.lastIndexOf('.')),
        SIGNATURE);
  }

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

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "nOnE", "HS256", "HS512", "ES512", "RS1", "rs256", ""})
  @DisplayName("JW-1, BI-2: no other algorithm is accepted")
  void refusesOtherAlgorithms(String algorithm) throws IOException {
    String header = "{\"alg\":\"" + algorithm + "\",\"kid\":\"rsa\"}";
    refused(RSA.signed("RS256", header, claims("")), MALFORMED);
    refused(Issuer.base64(header) + "." + Issuer.base64(claims("")) + ".", MALFORMED);
  }

  @Test
  @DisplayName("JW-1, BI-2: a public key is no shared secret, also when the set holds one")
  void refusesAPublicKeyAsASharedSecret() throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(RSA.pair().getPublic().getEncoded(), "HmacSHA256"));
    String signed =
        Issuer.base64("{\"alg\":\"HS256\",\"kid\":\"rsa\"}") + "." + Issuer.base64(claims(""));
    String token =
        signed + "." + Issuer.base64(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    refused(token, MALFORMED);
    KeySet set =
        KeySet.read(Issuer.jwks(RSA.jwk(), "{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"c2VjcmV0\"}"));
    assertThat(set.keys()).hasSize(1);
    assertThat(set.skipped()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"alg\":[\"RS256\"],\"kid\":\"rsa\"}",
        "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[\"b64\"],\"b64\":false}",
        "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[]}",
        "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"zip\":\"DEF\"}",
        "{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"rsa\"}",
        "{\"alg\":\"RS256\",\"kid\":\"rsa\"",
        "[]",
        "\"RS256\"",
      })
  @DisplayName("JW-5, BI-2: headers that are not understood are refused")
  void refusesHeadersThatAreNotUnderstood(String header) throws IOException {
    refused(RSA.signed("RS256", header, claims("")), MALFORMED);
  }

  @Test
  @DisplayName("JW-5, BI-2: a token is not asked where its key is")
  void ignoresKeysInTheHeader() throws IOException {
    Issuer own = Issuer.rsa("own");
    String header =
        "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"jwk\":"
            + own.jwk()
            + ",\"jku\":\"http://127.0.0.1:1/keys\",\"x5u\":\"http://127.0.0.1:1/c\",\"x5c\":[\"a\"]}";
    refused(own.signed("RS256", header, claims("")), SIGNATURE);
    assertThat(send(RSA.signed("RS256", header, claims(""))).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "rsa, RS256, ES256",
    "rsa, RS256, EdDSA",
    "p256, ES256, ES384",
    "p256, ES256, RS256",
    "p384, ES384, ES256",
    "ed, EdDSA, ES256",
  })
  @DisplayName("JW-2: the key decides which algorithms there are")
  void theKeyDecidesTheAlgorithm(String kid, String signedWith, String said) throws IOException {
    Issuer issuer =
        kid.equals("rsa") ? RSA : kid.equals("ed") ? ED : kid.equals("p256") ? P256 : P384;
    String header = "{\"alg\":\"" + said + "\",\"kid\":\"" + kid + "\"}";
    refused(issuer.signed(signedWith, header, claims("")), MALFORMED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"alg\":\"RS256\" | RS256 | true",
        "\"alg\":\"RS512\" | RS256 | false",
        "\"use\":\"sig\"   | RS256 | true",
        "\"key_ops\":[\"verify\"] | RS256 | true",
      })
  @DisplayName("JW-2: a key that names its algorithm makes no others")
  void aKeyMayNameItsAlgorithm(String member, String algorithm, boolean accepted) {
    KeySet set = KeySet.read(Issuer.jwks(RSA.jwk().replaceFirst("\\{", "{" + member + ",")));
    assertThat(set.keys().getFirst().fits(JwsAlgorithm.named(algorithm))).isEqualTo(accepted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"use\":\"enc\"",
        "\"use\":1",
        "\"key_ops\":[\"sign\"]",
        "\"key_ops\":\"verify\"",
        "\"alg\":1"
      })
  @DisplayName("JW-2: keys for something else are not used")
  void keysForSomethingElseAreSkipped(String member) {
    String other = P256.jwk().replaceFirst("\\{", "{" + member + ",");
    KeySet set = KeySet.read(Issuer.jwks(RSA.jwk(), other));
    assertThat(set.keys()).hasSize(1);
    assertThat(set.skipped()).isEqualTo(1);
    assertThatThrownBy(() -> KeySet.read(Issuer.jwks(other)))
        .hasMessageStartingWith("keys: none is usable");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kty\":\"RSA\",\"n\":\"3w\",\"e\":\"AQAB\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
        "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AA\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}",
        "{\"kty\":\"EC\"}",
        "{\"kty\":1}",
        "{}",
        "1"
      })
  @DisplayName("JW-1: keys that are none, or weak, are not used")
  void weakKeysAreSkipped(String key) {
    assertThat(KeySet.read(Issuer.jwks(RSA.jwk(), key)).skipped()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"AQ", "Ag", "AQAA"})
  @DisplayName("JW-11: weak exponents are refused")
  void weakExponentsAreRefused(String exponent) {
    String key = RSA.jwk().replace("\"AQAB\"", "\"" + exponent + "\"");
    assertThat(key).isNotEqualTo(RSA.jwk());
    assertThat(KeySet.read(Issuer.jwks(P256.jwk(), key)).skipped()).isEqualTo(1);
  }

  @Test
  @DisplayName("JW-3, BI-5: the keys of one issuer make no tokens of another")
  void issuersDoNotShareKeys() throws IOException {
    Issuer ofB = Issuer.rsa("of-b");
    String asA = ofB.jwk().replace("\"of-b\"", "\"rsa\"");
    JwtAuth policy =
        strict(
            JwtAuth.Provider.of(A, RSA.jwks()),
            JwtAuth.Provider.of(B, Jwks.parse(Issuer.jwks(asA))));
    Site.Witness witness = Site.Witness.of(policy);
    String header = "{\"alg\":\"RS256\",\"kid\":\"rsa\"}";
    try (Site both = Site.of(policy, witness)) {
      String good = ofB.signed("RS256", header, claims("").replace(A, B));
      assertThat(both.get(Door.CALL, "/", bearer(good)).status()).isEqualTo(200);
      assertThat(witness.seen().getLast()).containsEntry("jwt.iss", "\"" + B + "\"");
      String forged = ofB.signed("RS256", header, claims(""));
      refused(both.get(Door.CALL, "/", bearer(forged)), SIGNATURE);
    }
  }

  @Test
  @DisplayName("JW-3: a token says which key signed it, unless there is only one")
  void aTokenNamesItsKey() throws IOException {
    String token = RSA.signed("RS256", "{\"alg\":\"RS256\"}", claims(""));
    refused(token, "the token header does not specify a kid");
    refused(
        RSA.signed("RS256", "{\"alg\":\"RS256\",\"kid\":7}", claims("")),
        "the token header does not specify a kid");
    JwtAuth.Provider one = JwtAuth.Provider.of(A, RSA.jwks()).allowMissingKid(true);
    try (Site single = Site.of(strict(one))) {
      assertThat(single.get(Door.CALL, "/", bearer(token)).status()).isEqualTo(200);
    }
    try (Site many = Site.of(strict(provider().allowMissingKid(true)))) {
      refused(many.get(Door.CALL, "/", bearer(token)), "the token header does not specify a kid");
    }
  }

  @Test
  @DisplayName("JW-4: a key that nobody knows")
  void anUnknownKeyIsRefused() throws IOException {
    refused(Issuer.rsa("own").token("RS256", claims("")), "token uses the unknown key");
  }

  @Test
  @DisplayName("JW-6, BI-1: a token is three parts of canonical base64url")
  void onlyCanonicalTokensAreRead() throws IOException {
    String token = RSA.token("RS256", claims(""));
    String[] parts = token.split("\\.", -1);
    for (String bad :
        List.of(
            "x",
            ".",
            "..",
            "....",
            token + ".",
            token + "..",
            "." + token,
            token + "=",
            parts[0] + "=." + parts[1] + "." + parts[2],
            parts[0] + "." + parts[1] + ".",
            parts[0] + "." + parts[1],
            parts[0] + "." + parts[1] + ".!" + parts[2].substring(1),
            token.replace('.', ','),
            parts[0] + "." + parts[1] + "." + loose(parts[2]),
            "{}.{}.{}",
            "\u00ff\u00fe.\u00ff.\u00ff")) {
      assertThat(CompactToken.read(bad)).as(bad).isNull();
      refused(bad, MALFORMED);
    }
    // 256 bytes end in four bits of the last character.
    assertThat(loose(parts[2])).isNotEqualTo(parts[2]);
    assertThat(CompactToken.read("a".repeat(1 << 20))).isNull();
    assertThat(site.reached).isEmpty();
  }

  /** Sets an unused bit at the end. */
  private static String loose(String part) {
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = digits.indexOf(part.charAt(part.length() - 1));
    return part.substring(0, part.length() - 1) + digits.charAt(last ^ 1);
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
  @DisplayName("JW-6, BI-3: elliptic signatures have one length, and r and s lie in the group")
  void ellipticSignaturesAreChecked() throws IOException {
    String token = P256.token("ES256", claims(""));
    String signed = token.substring(0, token.lastIndexOf('.') + 1);
    byte[] good = StrictBase64.decode(token.substring(signed.length()));
    BigInteger order = ((ECPublicKey) P256.pair().getPublic()).getParams().getOrder();
    byte[] zero = new byte[64];
    byte[] zeroR = good.clone();
    Arrays.fill(zeroR, 0, 32, (byte) 0);
    byte[] zeroS = good.clone();
    Arrays.fill(zeroS, 32, 64, (byte) 0);
    byte[] n = order.toByteArray();
    byte[] largeR = good.clone();
    System.arraycopy(n, n.length - 32, largeR, 0, 32);
    byte[] largeS = good.clone();
    System.arraycopy(n, n.length - 32, largeS, 32, 32);
    byte[] der = new byte[70];
    der[0] = 0x30;
    for (byte[] bad :
        List.of(
            zero,
            zeroR,
            zeroS,
            largeR,
            largeS,
            der,
            Arrays.copyOf(good, 63),
            Arrays.copyOf(good, 65))) {
      refused(signed + Issuer.base64(bad), SIGNATURE);
    }
    assertThat(send(token).status()).isEqualTo(200);
  }

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
