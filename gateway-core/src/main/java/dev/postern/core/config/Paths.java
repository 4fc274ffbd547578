package dev.postern.core.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the files that a configuration names, and remembers them. */
final class Paths {
  private final List<Path> bases = new ArrayList<>();
  private final Set<Path> found = new LinkedHashSet<>();

  /**
   * @param baseDir what relative paths are relative to, or null for the working directory, then the
   *     directory of the file
   * @param file the configuration file, or null when there is none
   */
  Paths(@Nullable Path baseDir, @Nullable Path file) {
    if (baseDir != null) {
      bases.add(baseDir);
      return;
    }
    bases.add(Path.of(""));
    Path directory = file == null ? null : file.toAbsolutePath().getParent();
    if (directory != null) {
      bases.add(directory);
    }
  }

  /**
   * Returns the file.
   *
   * @throws IllegalArgumentException if there is none, with all places that were tried
   */
  Path find(String text) {
    Path path;
    try {
      path =
          text.startsWith("~/")
              ? Path.of(System.getProperty("user.home"), text.substring(2))
              : Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("not a path", e);
    }
    Set<Path> tried = new LinkedHashSet<>();
    for (Path base : bases) {
      Path candidate = base.resolve(path).toAbsolutePath().normalize();
      tried.add(candidate);
      if (Files.isReadable(candidate)) {
        found.add(candidate);
        return candidate;
      }
    }
    StringBuilder message = new StringBuilder("file not found or not readable (tried: ");
    message.append(String.join(", ", tried.stream().map(Path::toString).toList()));
    throw new IllegalArgumentException(message.append(')').toString());
  }

  /** Returns the files found so far. */
  Set<Path> found() {
    return found;
  }
}
