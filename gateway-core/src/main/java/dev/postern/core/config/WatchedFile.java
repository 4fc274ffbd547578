package dev.postern.core.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the content of a file has changed since it was last seen.
 *
 * <p>Time and size are looked at first; only when they differ, the content. The file is found by
 * its path each time, so that one that is renamed over it, or a link that is turned, counts as a
 * change.
 */
final class WatchedFile {
  private final Path path;
  private @Nullable Stamp stamp;
  private String content;

  /**
   * @param content what {@link #hash} said of the content that is in use
   */
  WatchedFile(Path path, String content) {
    this.path = path;
    this.content = content;
  }

  /** Watches a file as it is now. */
  static WatchedFile asItIs(Path path) {
    WatchedFile file = new WatchedFile(path, "");
    file.changed();
    return file;
  }

  /** How the file looks from outside. */
  private record Stamp(FileTime modified, long size, @Nullable Object key) {}

  Path path() {
    return path;
  }

  /** Returns whether there is a file that is not empty. */
  boolean present() {
    try {
      return Files.size(path) > 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Returns whether there is a content that was not there at the last call. A file that is missing,
   * empty or unreadable has not changed: somebody is writing it.
   */
  boolean changed() {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      Stamp now = new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      if (attributes.size() == 0 || Objects.equals(now, stamp)) {
        return false;
      }
      String read = hash();
      stamp = now;
      boolean other = !read.equals(content);
      content = read;
      return other;
    } catch (IOException e) {
      return false;
    }
  }

  private String hash() throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(path), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static String hash(byte[] content) {
    return HexFormat.of().formatHex(sha256().digest(content));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java has it
    }
  }
}
