package dev.postern.policy.authn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.text.Secret;
import dev.postern.policy.authn.Site.Answer;
import dev.postern.policy.authn.Site.Door;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BasicAuthTest {
  // The examples of Apache's documentation of password formats.
  private static final String BCRYPT =
      "$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC";
  private static final String APR1 = "$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/";
  private static final String SHA = "{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=";
  private static final String PASSWORD = "myPassword";
  private static final String CHALLENGE = "Basic realm=\"Restricted\", charset=\"UTF-8\"";

  @TempDir Path directory;

  private static BasicAuth strict(String lines) {
    return BasicAuth.of(Secret.of(lines)).mode(AuthenticationMode.STRICT);
  }

  private static String[] basic(String userAndPassword) {
    return new String[] {"authorization", "Basic " + encoded(userAndPassword)};
  }

  private static String encoded(String userAndPassword) {
    return Base64.getEncoder().encodeToString(userAndPassword.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC, myPassword",
    "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW, U*U",
    "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK, U*U*",
    "$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/, myPassword",
    "{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=, myPassword",
  })
  @DisplayName("BA-1: published examples of each kind of hash")
  void publishedExamplesMatch(String hash, String password) {
    assertThat(PasswordHash.parse(hash).matches(password.getBytes(UTF_8))).isTrue();
    assertThat(PasswordHash.parse(hash).matches((password + "x").getBytes(UTF_8))).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("BA-4, BI-9: refusals ask for credentials")
  void refusalsAskForCredentials(Door door) throws IOException {
    try (Site site = Site.of(strict("alice:" + BCRYPT))) {
      Answer missing = site.get(door, "/");
      assertThat(missing.status()).isEqualTo(401);
      assertThat(missing.body()).isEqualTo("basic authentication failure: no credentials found");
      assertThat(missing.headers().get("www-authenticate")).isEqualTo(CHALLENGE);
      assertThat(missing.headers().get("cache-control")).isEqualTo("no-store");
      for (String wrong : new String[] {"alice:x", "bob:" + PASSWORD, "alice", "alice:", ":"}) {
        Answer refused = site.get(door, "/", basic(wrong));
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.body()).isEqualTo("basic authentication failure: invalid credentials");
        assertThat(refused.headers().get("www-authenticate")).isEqualTo(CHALLENGE);
      }
      assertThat(site.get(door, "/", "authorization", "Basic !!!").status()).isEqualTo(401);
      assertThat(site.reached).isEmpty();
      assertThat(site.get(door, "/", basic("alice:" + PASSWORD)).status()).isEqualTo(200);
      assertThat(site.reached.getLast().getHeaders().get("authorization")).isNull();
    }
  }

  @Test
  @DisplayName("BA-4: credentials for a proxy are asked for as a proxy does")
  void proxiesAskWithTheirOwnStatus() {
    BasicAuth policy =
        strict("alice:" + SHA)
            .realm("a \"b\"")
            .authorizationLocation(
                new AuthorizationLocation.Header("Proxy-Authorization", "Basic "));
    GatewayException refusal =
        new BasicAuthVerifier(policy, new Hashing(1, 1), Timers.system()).missing();
    assertThat(refusal.status()).isEqualTo(407);
    assertThat(refusal.headers().get("proxy-authenticate"))
        .isEqualTo("Basic realm=\"a \\\"b\\\"\", charset=\"UTF-8\"");
    assertThat(refusal.headers().get("www-authenticate")).isNull();
  }

  private static Exchange exchange() {
    return new Exchange(Connection.inProcess(), Scope.root(Timers.system()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"alice:my:Password", "alice:p\u00e4ss"})
  @DisplayName("BA-1: the first colon ends the name, and text is UTF-8")
  void theFirstColonEndsTheName(String userAndPassword) {
    String password = userAndPassword.substring("alice:".length());
    String hash =
        "{SHA}"
            + Base64.getEncoder()
                .encodeToString(
                    org.apache.commons.codec.digest.DigestUtils.sha1(password.getBytes(UTF_8)));
    BasicAuthVerifier verifier =
        new BasicAuthVerifier(strict("alice:" + hash), new Hashing(1, 1), Timers.system());
    Exchange exchange = exchange();
    verifier.verify(exchange, encoded(userAndPassword));
    assertThat(exchange.get(BasicAuthVerifier.USER)).isEqualTo("alice");
  }

  @Test
  @DisplayName("BA-1, BI-9: malformed and long credentials are refused without a hash")
  void malformedCredentialsCostNothing() {
    Hashing hashing = new Hashing(1, 1);
    BasicAuthVerifier verifier =
        new BasicAuthVerifier(strict("alice:" + SHA), hashing, Timers.system());
    for (String bad :
        new String[] {
          "!!!",
          encoded("nocolon"),
          encoded("alice:a\0b"),
          Base64.getEncoder().encodeToString(new byte[] {(byte) 0xff, ':', 'a'}),
          encoded("alice:" + "x".repeat(4000))
        }) {
      assertThatThrownBy(() -> verifier.verify(exchange(), bad))
          .isInstanceOf(GatewayException.class);
    }
    assertThat(hashing.computed()).isZero();
  }

  @Test
  @DisplayName("BA-2, BI-9: a user that does not exist costs the same hash as one that does")
  void unknownUsersCostTheSame() {
    Hashing hashing = new Hashing(1, 1);
    BasicAuthVerifier verifier =
        new BasicAuthVerifier(strict("alice:" + BCRYPT + "\nbob:" + SHA), hashing, Timers.system());
    assertThatThrownBy(() -> verifier.verify(exchange(), encoded("alice:wrong")))
        .isInstanceOf(GatewayException.class);
    assertThat(hashing.computed()).isEqualTo(1);
    assertThatThrownBy(() -> verifier.verify(exchange(), encoded("nobody:" + PASSWORD)))
        .isInstanceOf(GatewayException.class);
    assertThat(hashing.computed()).isEqualTo(2);
    assertThat(UserTable.read("bob:" + SHA + "\nalice:" + BCRYPT).hardest())
        .isEqualTo(PasswordHash.parse(BCRYPT));
  }

  @Test
  @DisplayName("BA-3: a right password is remembered for five minutes, until the file changes")
  void rightPasswordsAreRemembered() {
    Hashing hashing = new Hashing(1, 1);
    AtomicLong now = new AtomicLong(1);
    Timers timers =
        new Timers() {
          @Override
          public Timer schedule(long nanos, Runnable task) {
            throw new AssertionError("no timer needed");
          }

          @Override
          public long nanoTime() {
            return now.get();
          }
        };
    String[] lines = {"alice:" + BCRYPT};
    BasicAuthVerifier verifier =
        new BasicAuthVerifier(BasicAuth.of(Secret.supplier(() -> lines[0])), hashing, timers);
    String credentials = encoded("alice:" + PASSWORD);
    for (int i = 0; i < 10; i++) {
      verifier.verify(exchange(), credentials);
    }
    assertThat(hashing.computed()).isEqualTo(1);
    now.addAndGet(Duration.ofMinutes(5).toNanos());
    verifier.verify(exchange(), credentials);
    assertThat(hashing.computed()).isEqualTo(2);
    lines[0] = "alice:" + APR1;
    verifier.verify(exchange(), credentials);
    assertThat(hashing.computed()).isEqualTo(3);
    lines[0] = "bob:" + APR1;
    assertThatThrownBy(() -> verifier.verify(exchange(), credentials))
        .isInstanceOf(GatewayException.class);
  }

  @Test
  @DisplayName("BA-3: when too many wait for a processor, further ones get 503")
  void tooManyAreTurnedAway() {
    Hashing none = new Hashing(0, 0);
    assertThatThrownBy(() -> none.matches(exchange(), PasswordHash.parse(SHA), new byte[0]))
        .isInstanceOfSatisfying(
            GatewayException.class,
            refusal -> {
              assertThat(refusal.status()).isEqualTo(503);
              assertThat(refusal.headers().get("retry-after")).isEqualTo("1");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n# nobody\n"})
  @DisplayName("BA-5: a file without users is refused")
  void aFileWithoutUsersIsRefused(String lines) {
    assertThatThrownBy(() -> UserTable.read(lines))
        .hasMessage("htpasswd: no users (expected: lines of name:hash)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alice:$2y$31$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC",
        "alice:$2y$15$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC",
        "alice:$2x$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC",
        "alice:$2y$05$short",
        "alice:$5$salt$hash-secret",
        "alice:plain-secret",
        "alice:rqXexS6ZhobKA",
        "alice:{SHA}c2VjcmV0",
        "alice:{SHA}!",
        "alice:$apr1$secret",
        "alice",
        ":{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=",
        "a:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=\na:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=",
      })
  @DisplayName("BI-9: hashes that are none, weak or endless are load errors that do not show them")
  void badLinesAreRefused(String lines) {
    assertThatThrownBy(() -> strict(lines))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("htpasswd: line " + lines.lines().count() + ": ")
        .message()
        .doesNotContain("secret", "c4WoMPo3", "rqXexS");
  }

  @Test
  void expressionsSeeTheUser() throws IOException {
    BasicAuth policy = strict("alice:" + SHA);
    Site.Witness witness = Site.Witness.of(policy);
    try (Site site = Site.of(policy, witness)) {
      site.get(Door.CALL, "/", basic("alice:" + PASSWORD));
    }
    assertThat(witness.seen()).containsExactly(Map.of("basicAuth.username", "alice"));
  }

  @ParameterizedTest
  @EnumSource
  void yamlSaysTheSame(Door door) throws IOException {
    Path file = Files.writeString(directory.resolve("users"), "alice:" + BCRYPT + "\n");
    String yaml = "basicAuth:\n  mode: strict\n  realm: Staff\n  htpasswd:\n    file: users\n";
    assertThat(Site.load(directory, yaml).config().routes().getFirst().policies().find("basicAuth"))
        .isEqualTo(BasicAuth.of(Secret.file(file)).mode(AuthenticationMode.STRICT).realm("Staff"));
    assertThat(Site.load(directory, yaml).diagnostics()).isEmpty();
    try (Site site = Site.yaml(directory, yaml)) {
      assertThat(site.get(door, "/", basic("alice:" + PASSWORD)).status()).isEqualTo(200);
      assertThat(site.get(door, "/").headers().get("www-authenticate")).contains("\"Staff\"");
    }
  }

  @Test
  void weakHashesAreWarnedAbout() {
    String yaml = "basicAuth:\n  mode: strict\n  htpasswd: 'alice:" + SHA + "'\n";
    assertThat(Site.load(directory, yaml).diagnostics())
        .singleElement()
        .asString()
        .contains("routes[0].policies.basicAuth", "SHA")
        .doesNotContain("VBPu");
    assertThat(strict("alice:" + SHA).toString()).doesNotContain("VBPu");
  }

  @Test
  void runsAtGatewaysAndRoutes() {
    assertThat(strict("a:" + SHA).phase(Place.GATEWAY)).isEqualTo(Phase.BASIC_AUTH);
    assertThatThrownBy(() -> strict("a:" + SHA).phase(Place.BACKEND))
        .hasMessage("basicAuth: cannot run at a backend (expected: a gateway or a route)");
  }
}
