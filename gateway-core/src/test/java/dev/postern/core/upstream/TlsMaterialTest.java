package dev.postern.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsMaterialTest {
  private final HeldCertificate one = new HeldCertificate.Builder().build();
  private final HeldCertificate two = new HeldCertificate.Builder().build();
  private final ManualTimers timers = new ManualTimers();

  @TempDir Path dir;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }

  private static TlsMaterial material(
      @Nullable Path cert, @Nullable Path key, @Nullable Path root) {
    return new TlsMaterial(cert, key, root, null, false, false, List.of());
  }

  @Test
  void refusesACertificateWithoutItsKey() throws Exception {
    Path cert = write("c.pem", one.certificatePem());

    assertThatThrownBy(() -> material(cert, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cert and key");
  }

  @Test
  @DisplayName("20 TLS material: a missing authority of a backend is refused by name")
  void refusesFilesThatAreMissingByName() {
    Path missing = dir.resolve("missing.pem");

    assertThatThrownBy(() -> material(null, null, missing).load())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("root: " + missing + ": cannot be read");
  }

  @Test
  void refusesRootsWithoutACertificate() throws Exception {
    Path empty = write("empty.pem", "");

    assertThatThrownBy(() -> material(null, null, empty).load())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("root: " + empty + ": no certificate");
  }

  @Test
  void refusesAKeyOfAnotherCertificate() throws Exception {
    Path cert = write("c.pem", one.certificatePem());
    Path key = write("k.pem", two.privateKeyPkcs8Pem());

    assertThatThrownBy(() -> material(cert, key, null).load())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not belong");
  }

  @Test
  void makesEqualIdentitiesOfEqualMaterial() throws Exception {
    Path root = write("r.pem", one.certificatePem());
    TlsIdentity before = material(null, null, root).load();

    assertThat(material(null, null, root).load()).isEqualTo(before);

    write("r.pem", two.certificatePem());
    assertThat(material(null, null, root).load()).isNotEqualTo(before);
  }

  @Test
  void readsChangedFilesAgain() throws Exception {
    Path root = write("r.pem", one.certificatePem());
    TlsSource source = new TlsSource(material(null, null, root), timers);
    TlsIdentity before = source.identity();

    write("r.pem", two.certificatePem() + "\n");
    assertThat(source.identity()).isSameAs(before);

    timers.advance(Duration.ofSeconds(5));
    assertThat(source.identity()).isNotEqualTo(before);
  }

  @Test
  @DisplayName("20 TLS material: bad files of a backend leave the former ones in use")
  void keepsTheLastGoodFiles() throws Exception {
    Path root = write("r.pem", one.certificatePem());
    TlsSource source = new TlsSource(material(null, null, root), timers);
    TlsIdentity before = source.identity();

    write("r.pem", "broken");
    timers.advance(Duration.ofSeconds(5));
    assertThat(source.identity()).isSameAs(before);

    write("r.pem", two.certificatePem() + "\n\n");
    timers.advance(Duration.ofSeconds(5));
    assertThat(source.identity()).isNotEqualTo(before);
  }
}
