package dev.postern.core.text;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A text that nobody may see by accident: a key, a token, a private key.
 *
 * <p>Only {@link #reveal()} hands out the text; {@link #toString()} prints {@code <redacted>} and
 * no exception holds it. A secret read from a file follows the file: a new content is used from the
 * next {@code reveal()} after at most a second, and a file that has become unreadable or empty
 * leaves the last good content in place. Safe for concurrent use.
 *
 * <p>Two secrets are equal when they are the same text, the same file or the same supplier,
 * compared in a time that does not depend on where texts differ.
 */
public final class Secret {
  /** Where a secret was taken from, for writing the configuration without writing the secret. */
  public sealed interface Reference {
    /**
     * A text with environment variables in it.
     *
     * @param template as it was written, such as <code>${OPENAI_API_KEY}</code>
     */
    record Template(String template) implements Reference {}

    /**
     * A file.
     *
     * @param path as it was written
     */
    record File(Path path) implements Reference {}
  }

  private final Source source;
  private final @Nullable Reference reference;

  private Secret(Source source, @Nullable Reference reference) {
    this.source = source;
    this.reference = reference;
  }

  /**
   * Returns a secret that is the given text.
   *
   * @throws IllegalArgumentException if the text is empty
   */
  public static Secret of(String text) {
    requireNonNull(text, "text");
    return new Secret(new Literal(notEmpty(text, "the secret")), null);
  }

  /**
   * Returns a secret whose text came out of a template by substituting variables, and which is
   * written back as that template.
   *
   * @throws IllegalArgumentException if the text is empty
   */
  public static Secret substituted(String template, String text) {
    requireNonNull(template, "template");
    requireNonNull(text, "text");
    return new Secret(
        new Literal(notEmpty(text, "secret " + template)), new Reference.Template(template));
  }

  /**
   * Returns the value that an environment variable of this process has now.
   *
   * @throws IllegalArgumentException if the variable is not set or empty
   */
  public static Secret env(String name) {
    requireNonNull(name, "name");
    String text = System.getenv(name);
    if (text == null) {
      throw new IllegalArgumentException("environment variable " + name + " is not set");
    }
    return new Secret(
        new Literal(notEmpty(text, "environment variable " + name)),
        new Reference.Template("${" + name + "}"));
  }

  /**
   * Returns a secret that is the content of a file, without one newline at its end.
   *
   * <p>The file is read now and looked at again, at most once a second, when the secret is used.
   *
   * @throws IllegalArgumentException if the file cannot be read, is empty, larger than 1 MiB or not
   *     UTF-8 text
   */
  public static Secret file(Path path) {
    requireNonNull(path, "path");
    return new Secret(new FileSecret(path, System::nanoTime), new Reference.File(path));
  }

  /** Returns a secret that is asked for each time it is used; the supplier keeps what it wants. */
  public static Secret supplier(Supplier<String> supplier) {
    requireNonNull(supplier, "supplier");
    return new Secret(new Supplied(supplier), null);
  }

  /**
   * Returns the text.
   *
   * @throws IllegalStateException if a supplier had none
   */
  public String reveal() {
    return source.text();
  }

  /** Compares with a text that somebody presented, in constant time. */
  public boolean matches(String presented) {
    return sameText(reveal(), presented);
  }

  /** Where the text was taken from; empty for a literal or a supplier. */
  public Optional<Reference> reference() {
    return Optional.ofNullable(reference);
  }

  /** Eight hexadecimal digits that tell two secrets apart in a dump of the configuration. */
  public String fingerprint() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(reveal().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java has SHA-256
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Secret that && source.equals(that.source);
  }

  @Override
  public int hashCode() {
    return source.hashCode();
  }

  @Override
  public String toString() {
    return "<redacted>";
  }

  static String notEmpty(String text, String what) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException(what + " is empty");
    }
    return text;
  }

  private static boolean sameText(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  /** Where the text comes from; equal when the same text is bound to come. */
  interface Source {
    String text();
  }

  private record Literal(String text) implements Source {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Literal that && sameText(text, that.text);
    }

    @Override
    public int hashCode() {
      return text.hashCode();
    }

    @Override
    public String toString() {
      return "<redacted>";
    }
  }

  private record Supplied(Supplier<String> supplier) implements Source {
    @Override
    public String text() {
      String text = supplier.get();
      if (text == null || text.isEmpty()) {
        throw new IllegalStateException("the supplier of a secret returned nothing");
      }
      return text;
    }
  }
}
