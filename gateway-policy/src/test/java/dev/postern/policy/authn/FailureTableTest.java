package dev.postern.policy.authn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.authn.Site.Answer;
import dev.postern.policy.authn.Site.Door;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What identity does while something it depends on is not there. */
class FailureTableTest {
  private static final String KEY = "key-0123456789";
  private static final String CLAIMS = "{\"iss\":\"i\",\"exp\":1893456009}";

  @TempDir Path directory;

  /** Remembers what one logger says. */
  private static final class Listening extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("dev.postern.core.text.Secret");
    final List<LogRecord> said = new CopyOnWriteArrayList<>();

    Listening() {
      logger.addHandler(this);
      logger.setUseParentHandlers(false);
    }

    @Override
    public void publish(LogRecord said) {
      this.said.add(said);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
      logger.setUseParentHandlers(true);
    }
  }

  @ParameterizedTest
  @CsvSource({"CALL, keys.json", "SOCKET, keys.json", "CALL, users", "SOCKET, users"})
  @DisplayName("20 htpasswd and API key files: a file that is deleted stays in use, with an alarm")
  void aFileThatIsDeletedStaysInUse(Door door, String name) throws IOException {
    boolean keys = name.equals("keys.json");
    Path file = directory.resolve(name);
    Files.writeString(
        file, keys ? "[{\"key\": \"" + KEY + "\"}]" : "ann:{SHA}nU4eI71bcnBGqeO0t9tXvY1u5oQ=\n");
    String policy =
        keys
            ? "apiKey:\n  mode: strict\n  file: keys.json"
            : "basicAuth:\n  mode: strict\n  htpasswd:\n    file: users";
    String right =
        keys
            ? "Bearer " + KEY
            : "Basic " + Base64.getEncoder().encodeToString("ann:pass".getBytes(UTF_8));
    try (Listening log = new Listening();
        Site site = Site.yaml(directory, policy)) {
      assertThat(site.get(door, "/", "authorization", right).status()).isEqualTo(200);
      Files.delete(file);
      // The file is looked at when a request comes and a second has passed: ask until it was.
      while (log.said.isEmpty()) {
        assertThat(site.get(door, "/", "authorization", right).status()).isEqualTo(200);
      }
      assertThat(site.get(door, "/", "authorization", right).status()).isEqualTo(200);
      assertThat(site.get(door, "/", "authorization", right + "x").status()).isEqualTo(401);
      assertThat(String.valueOf(log.said.getFirst().getParameters()[0]))
          .contains(name, "does not exist");
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("20 JWKS url: without keys tokens are refused as unavailable, and nobody gets in")
  void keysThatCannotBeHadRefuseTokens(Door door) throws IOException {
    String token = Issuer.rsa("rsa").token("RS256", CLAIMS);
    int port;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = server.getLocalPort();
    }
    Jwks gone = Jwks.url("http://127.0.0.1:" + port + "/keys");
    JwtAuth policy = JwtAuth.of(JwtAuth.Provider.of("i", gone));
    try (Site site = Site.of(policy)) {
      Answer refused = site.get(door, "/", "authorization", "Bearer " + token);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.body()).isEqualTo("authentication unavailable");
      assertThat(refused.headers().get("cache-control")).isEqualTo("no-store");
      assertThat(site.get(door, "/").status()).isEqualTo(200);
    }
    try (Site site = Site.of(policy.mode(AuthenticationMode.STRICT))) {
      assertThat(site.get(door, "/", "authorization", "Bearer " + token).status()).isEqualTo(503);
      assertThat(site.get(door, "/").status()).isEqualTo(401);
      assertThat(site.reached).isEmpty();
    }
  }
}
