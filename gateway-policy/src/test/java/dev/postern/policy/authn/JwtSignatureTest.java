package dev.postern.policy.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.policy.authn.Site.Door;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose signature a token must carry, and with which key. */
class JwtSignatureTest extends TokenSite {
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
}
