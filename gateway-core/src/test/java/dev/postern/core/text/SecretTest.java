package dev.postern.core.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretTest {
  @TempDir Path directory;

  private final AtomicLong nanoTime = new AtomicLong();

  @Test
  void revealsWhatItWasGivenAndPrintsNothingOfIt() {
    Secret secret = Secret.of("sk-123");

    assertThat(secret.reveal()).isEqualTo("sk-123");
    assertThat(secret).hasToString("<redacted>");
    assertThat("" + secret.reference()).doesNotContain("sk-123");
  }

  @Test
  void refusesAnEmptyText() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Secret.of(""))
        .withMessage("the secret is empty");
  }

  @Test
  void cannotBeSerialised() {
    Secret secret = Secret.of("sk-123");

    assertThatThrownBy(
            () -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(secret))
        .isInstanceOf(NotSerializableException.class);
    assertThatThrownBy(() -> new ObjectMapper().writeValueAsString(secret))
        .hasMessageContaining("no properties");
  }

  @Test
  void takesAnEnvironmentVariableAndRemembersItsName() {
    Secret secret = Secret.env("PATH");

    assertThat(secret.reveal()).isEqualTo(System.getenv("PATH"));
    assertThat(secret.reference()).contains(new Secret.Reference.Template("${PATH}"));
  }

  @Test
  void namesTheEnvironmentVariableThatIsNotSet() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Secret.env("POSTERN_NO_SUCH_VARIABLE"))
        .withMessage("environment variable POSTERN_NO_SUCH_VARIABLE is not set");
  }

  @Test
  void remembersTheTemplateItsTextWasSubstitutedInto() {
    Secret secret = Secret.substituted("key-${X:-1}", "key-1");

    assertThat(secret.reveal()).isEqualTo("key-1");
    assertThat(secret.reference()).contains(new Secret.Reference.Template("key-${X:-1}"));
    assertThat(secret).isEqualTo(Secret.of("key-1"));
  }

  @Test
  void asksItsSupplierEachTime() {
    AtomicLong calls = new AtomicLong();
    Secret secret = Secret.supplier(() -> "token-" + calls.incrementAndGet());

    assertThat(secret.reveal()).isEqualTo("token-1");
    assertThat(secret.reveal()).isEqualTo("token-2");
  }

  @Test
  void refusesASupplierThatHasNothing() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Secret.supplier(() -> "").reveal())
        .withMessage("the supplier of a secret returned nothing");
  }

  @Test
  void comparesTextsAndTakesTheSameHashForEqualOnes() {
    assertThat(Secret.of("a")).isEqualTo(Secret.of("a")).isNotEqualTo(Secret.of("b"));
    assertThat(Secret.of("a")).hasSameHashCodeAs(Secret.of("a"));
    assertThat(Secret.of("a").matches("a")).isTrue();
    assertThat(Secret.of("a").matches("aa")).isFalse();
  }

  @Test
  void tellsSecretsApartByAFingerprint() {
    assertThat(Secret.of("abc").fingerprint()).isEqualTo("ba7816bf");
  }

  @Test
  void cutsOneNewlineOffAFile() throws Exception {
    assertThat(Secret.file(write("one\n")).reveal()).isEqualTo("one");
    assertThat(Secret.file(write("one\r\n")).reveal()).isEqualTo("one");
    assertThat(Secret.file(write("one\n\n")).reveal()).isEqualTo("one\n");
    assertThat(Secret.file(write("one")).reveal()).isEqualTo("one");
  }

  @Test
  void remembersItsFile() throws Exception {
    Path file = write("one");

    assertThat(Secret.file(file).reference()).contains(new Secret.Reference.File(file));
    assertThat(Secret.file(file)).isEqualTo(Secret.file(file)).isNotEqualTo(Secret.of("one"));
  }

  @Test
  void saysWhatIsWrongWithAFile() throws Exception {
    Path missing = directory.resolve("missing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Secret.file(missing))
        .withMessage("secret file " + missing + " does not exist");

    Path empty = write("\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Secret.file(empty))
        .withMessage("secret file " + empty + " is empty");

    Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, 1});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Secret.file(binary))
        .withMessage("secret file " + binary + " is not UTF-8 text");

    Path large = Files.write(directory.resolve("large"), new byte[(1 << 20) + 1]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Secret.file(large))
        .withMessage("secret file " + large + " is larger than 1 MiB");
  }

  @Test
  void readsAChangedFileAgainAfterASecond() throws Exception {
    Path file = write("one\n");
    FileSecret secret = new FileSecret(file, nanoTime::get);

    rewrite(file, "two\n");
    assertThat(secret.text()).isEqualTo("one");

    nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(secret.text()).isEqualTo("two");
  }

  @Test
  void followsALinkThatIsSwapped() throws Exception {
    Path one = Files.writeString(directory.resolve("v1"), "one");
    Path two = Files.writeString(directory.resolve("v2"), "two");
    Files.setLastModifiedTime(two, Files.getLastModifiedTime(one));
    Path link = Files.createSymbolicLink(directory.resolve("link"), one);
    FileSecret secret = new FileSecret(link, nanoTime::get);

    Files.delete(link);
    Files.createSymbolicLink(link, two);
    nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));

    assertThat(secret.text()).isEqualTo("two");
  }

  @Test
  @DisplayName("20 htpasswd and API key files: the last good content of a file that breaks or goes")
  void keepsTheLastGoodContentOfAFileThatBreaks() throws Exception {
    Path file = write("one");
    FileSecret secret = new FileSecret(file, nanoTime::get);

    rewrite(file, "");
    nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(secret.text()).isEqualTo("one");

    Files.delete(file);
    nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(secret.text()).isEqualTo("one");

    Files.writeString(file, "three");
    nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(secret.text()).isEqualTo("three");
  }

  private Path write(String content) throws Exception {
    return Files.writeString(directory.resolve("secret"), content);
  }

  private static void rewrite(Path file, String content) throws Exception {
    Files.writeString(file, content);
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2030-01-01T00:00:00Z")));
  }
}
