package dev.postern.core.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The content of a file, followed as the file changes; the last good content is kept. */
final class FileSecret implements Secret.Source {
  private static final System.Logger logger = System.getLogger(Secret.class.getName());
  private static final int MAX_BYTES = 1 << 20;
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Path path;
  private final LongSupplier nanoTime;
  private final AtomicLong lastCheck;
  private volatile Content content;
  private volatile @Nullable String lastFailure;

  FileSecret(Path path, LongSupplier nanoTime) {
    this.path = path;
    this.nanoTime = nanoTime;
    this.lastCheck = new AtomicLong(nanoTime.getAsLong());
    try {
      this.content = read(stamp());
    } catch (IOException e) {
      throw new IllegalArgumentException(describe(e), e);
    }
  }

  @Override
  public String text() {
    long checked = lastCheck.get();
    long now = nanoTime.getAsLong();
    // One caller looks at the file, the others go on with what is there.
    if (now - checked >= CHECK_NANOS && lastCheck.compareAndSet(checked, now)) {
      refresh();
    }
    return content.text;
  }

  private void refresh() {
    try {
      Stamp stamp = stamp();
      if (!stamp.equals(content.stamp)) {
        content = read(stamp);
      }
      lastFailure = null;
    } catch (IOException | IllegalArgumentException e) {
      String failure = e instanceof IOException io ? describe(io) : e.getMessage();
      if (!String.valueOf(failure).equals(lastFailure)) {
        lastFailure = String.valueOf(failure);
        logger.log(
            System.Logger.Level.WARNING, "{0}; its last good content stays in use", lastFailure);
      }
    }
  }

  private Stamp stamp() throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
  }

  private Content read(Stamp stamp) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException("secret file " + path + " is larger than 1 MiB");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("secret file " + path + " is not UTF-8 text", e);
    }
    return new Content(Secret.notEmpty(withoutNewline(text), "secret file " + path), stamp);
  }

  private static String withoutNewline(String text) {
    if (!text.endsWith("\n")) {
      return text;
    }
    return text.substring(0, text.length() - (text.endsWith("\r\n") ? 2 : 1));
  }

  private String describe(IOException e) {
    return "secret file "
        + path
        + (e instanceof NoSuchFileException ? " does not exist" : " cannot be read: " + e);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FileSecret that && path.equals(that.path);
  }

  @Override
  public int hashCode() {
    return path.hashCode();
  }

  /** Tells a changed file from an unchanged one; the key sees a swapped symbolic link. */
  private record Stamp(FileTime modified, long size, @Nullable Object fileKey) {}

  private static final class Content {
    final String text;
    final Stamp stamp;

    Content(String text, Stamp stamp) {
      this.text = text;
      this.stamp = stamp;
    }
  }
}
