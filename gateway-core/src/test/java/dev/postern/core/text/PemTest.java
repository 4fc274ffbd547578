package dev.postern.core.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;

class PemTest {
  private static final String SEC1 =
      """
      -----BEGIN EC PARAMETERS-----
      BggqhkjOPQMBBw==
      -----END EC PARAMETERS-----
      -----BEGIN EC PRIVATE KEY-----
      MHcCAQEEIMoVIlWOGnfTQ2TkgNYl5T5v4cRDmu5aLXeXbKK8/EWHoAoGCCqGSM49
      AwEHoUQDQgAEzY2a5x7AU8y8G3eo/VhAyMaC1gbf4nXb+HgQBunT0E0e9rtXuDL8
      7J5rntAoxQnaGZR1bUZ3CwM5eQg6oCC6Yg==
      -----END EC PRIVATE KEY-----
      """;
  private static final String ED25519 =
      """
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VwBCIEIIh/3iemABTmJtJscgwAtZepEZXkF+VoK8Lz3soy+wJt
      -----END PRIVATE KEY-----
      """;
  private static final String ENCRYPTED_PKCS8 =
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgnAg024TLlRAICCAAw
      DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMTzpPYCqah0ohETWHqfK7IEgZB4
      Kl36A+IHwQg+XvZKVNTm42WOEcX/hcQYdcgA/NGTXmoaY1rHTyiK0lGyLN8tgKO7
      jqN1kRPghYFq63qWvx76+JQfef5LO9OhB2LF+w9s47/8qSEYbS+Zq+K/V515gZ3T
      /pQfAqud4iPekIV7KrmhvBLQpHaRZ6Q7Pih4hvYui3UiM7e9n9I9QxQ0FCQigzo=
      -----END ENCRYPTED PRIVATE KEY-----
      """;
  private static final String ENCRYPTED_PKCS1 =
      """
      -----BEGIN RSA PRIVATE KEY-----
      Proc-Type: 4,ENCRYPTED
      DEK-Info: AES-128-CBC,1C331C0DAACC5012C96DD5C617EC868D

      3hud5oG4zpQC1R3WvGm3YYxQ3gxDm8ksYol9Am1Y6pR45wsHKJ99RgKoQDrGgHMu
      eZAqlD//karQKcbjDplj6DPiuF1PN/Zyt1HsOFgpRoK9rgjtBig+Um1ka8LNKmV8
      Z58hQzPP0N7MEtn1Egxyg6qadduYkIywne6MUGCjeRf/34UA4mhNBi45d2uOiFTt
      xa9u4TWIhQ1Aj7MXh1FM1B3LppJcRV2lt7TKiY2R0ujQMXeChLegdrgXWXDaCNPC
      eKKxZsTC1DA0SekVUHCB72qV/L/0KdWb2ZminPZe2OTfRePie6ZImWP78YWVx8bv
      nIKtG6NsFB7K9lnBE1spthvnTcS30PnU9tPv68nvTuvYgk/Cs/wazfILn74YuHJQ
      3GyfA4dJ7Gq6qcZHgzrEaoZqFcrICRf3aw5didcxtCGVFRVBb2NEwy920l45ukBY
      -----END RSA PRIVATE KEY-----
      """;

  private final HeldCertificate ec = new HeldCertificate.Builder().build();
  private final HeldCertificate rsa = new HeldCertificate.Builder().rsa2048().build();

  @Test
  void readsCertificatesInOrderAndIgnoresTextAround() {
    String text = "# ours\n" + ec.certificatePem() + "\ntheirs:\n" + rsa.certificatePem();

    assertThat(Pem.certificates(text)).containsExactly(ec.certificate(), rsa.certificate());
  }

  @Test
  void saysWhenThereIsNoCertificate() {
    assertThatThrownBy(() -> Pem.certificates(ED25519))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no certificate");
  }

  @Test
  void saysWhichCertificateIsBroken() {
    String text =
        ec.certificatePem() + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";

    assertThatThrownBy(() -> Pem.certificates(text)).hasMessage("certificate 2 cannot be read");
  }

  @Test
  void readsKeysInPkcs8() {
    PrivateKey key = Pem.privateKey(rsa.privateKeyPkcs8Pem());

    assertThat(key).isEqualTo(rsa.keyPair().getPrivate());
    assertThat(Pem.privateKey(ec.privateKeyPkcs8Pem())).isEqualTo(ec.keyPair().getPrivate());
    assertThat(Pem.privateKey(ED25519).getAlgorithm()).isEqualTo("EdDSA");
  }

  @Test
  void readsKeysInPkcs1() {
    assertThat(Pem.privateKey(rsa.privateKeyPkcs1Pem())).isEqualTo(rsa.keyPair().getPrivate());
  }

  @Test
  void readsKeysInSec1() {
    assertThat(Pem.privateKey(SEC1).getAlgorithm()).isEqualTo("EC");
  }

  @Test
  void readsAKeyBesideItsCertificate() {
    String text = ec.certificatePem() + ec.privateKeyPkcs8Pem();

    assertThat(Pem.privateKey(text)).isEqualTo(ec.keyPair().getPrivate());
    assertThat(Pem.certificates(text)).containsExactly(ec.certificate());
  }

  @Test
  void refusesEncryptedKeysByName() {
    assertThatThrownBy(() -> Pem.privateKey(ENCRYPTED_PKCS8)).hasMessageContaining("encrypted");
    assertThatThrownBy(() -> Pem.privateKey(ENCRYPTED_PKCS1)).hasMessageContaining("encrypted");
  }

  @Test
  void refusesTextWithoutAKeyOrWithTwo() {
    assertThatThrownBy(() -> Pem.privateKey("hunter2"))
        .hasMessageStartingWith("no private key")
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> Pem.privateKey(SEC1 + ED25519))
        .hasMessageStartingWith("more than one private key");
  }

  @Test
  void refusesKeysThatCannotBeRead() {
    String key = "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----";

    assertThatThrownBy(() -> Pem.privateKey(key.formatted("PRIVATE KEY", "AAAA")))
        .hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> Pem.privateKey(key.formatted("EC PRIVATE KEY", "MIT/")))
        .hasMessage("EC PRIVATE KEY does not name its curve");
    assertThatThrownBy(() -> Pem.privateKey(key.formatted("DSA PRIVATE KEY", "AAAA")))
        .hasMessageStartingWith("DSA PRIVATE KEY");
  }

  @Test
  void tellsWhetherKeyAndCertificateBelongTogether() {
    X509Certificate certificate = ec.certificate();

    Pem.requirePair(ec.keyPair().getPrivate(), certificate);
    Pem.requirePair(rsa.keyPair().getPrivate(), rsa.certificate());
    assertThatThrownBy(() -> Pem.requirePair(rsa.keyPair().getPrivate(), certificate))
        .hasMessageContaining("does not belong");
    assertThatThrownBy(() -> Pem.requirePair(Pem.privateKey(SEC1), certificate))
        .hasMessageContaining("does not belong");
  }
}
