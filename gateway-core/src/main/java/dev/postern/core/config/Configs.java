package dev.postern.core.config;

import static java.util.Objects.requireNonNull;

import dev.postern.core.GatewayConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes configurations in YAML.
 *
 * <pre>{@code
 * Gateway gateway = Gateway.from(Configs.load(Path.of("gateway.yaml")).config());
 * }</pre>
 */
public final class Configs {
  private Configs() {}

  /**
   * Reads a file with the default options.
   *
   * @throws ConfigException with everything that is wrong with it
   */
  public static LoadedConfig load(Path file) {
    return load(file, LoadOptions.DEFAULTS);
  }

  /**
   * Reads a file.
   *
   * @throws ConfigException with everything that is wrong with it
   */
  public static LoadedConfig load(Path file, LoadOptions options) {
    return load(file.toString(), bytes(file, options), file, options);
  }

  /**
   * Reads a text.
   *
   * @param name how messages call the text
   * @throws ConfigException with everything that is wrong with it
   */
  public static LoadedConfig parse(String name, String text, LoadOptions options) {
    return load(name, text.getBytes(StandardCharsets.UTF_8), null, options);
  }

  /**
   * Reads a text with the default options.
   *
   * @throws ConfigException with everything that is wrong with it
   */
  public static GatewayConfig fromYaml(String text) {
    return parse("<yaml>", text, LoadOptions.DEFAULTS).config();
  }

  /**
   * Returns the configuration as YAML that {@link #fromYaml} reads back as an equal one. A secret
   * is written as where it came from; a literal one as {@code <redacted>}.
   *
   * @throws IllegalArgumentException if it holds a policy, a backend or a section that no module on
   *     the class path makes reachable from YAML
   */
  public static String toYaml(GatewayConfig config) {
    return new ConfigWriter(Dialect.load()).write(config);
  }

  /**
   * Reads a file that is no configuration but is written in the same way, such as tests of one.
   *
   * @param type the record that its fields are the components of
   * @throws ConfigException with everything that is wrong with it
   */
  public static <T> LoadedDocument<T> read(Path file, LoadOptions options, Class<T> type) {
    Loader loader = new Loader(file.toString(), file, options, Dialect.load());
    return LoadedDocument.read(loader, bytes(file, options), type);
  }

  private static byte[] bytes(Path file, LoadOptions options) {
    requireNonNull(file, "file");
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(options.maxBytes() + 1);
    } catch (IOException e) {
      String why = e instanceof NoSuchFileException ? "file not found" : "cannot be read: " + e;
      throw new ConfigException(
          List.of(
              ConfigDiagnostic.error(
                  ConfigCode.UNREADABLE, Location.at(file.toString(), 1, 1), "", why)));
    }
  }

  private static LoadedConfig load(
      String name, byte[] bytes, @Nullable Path file, LoadOptions options) {
    Dialect dialect = Dialect.load();
    return LoadedConfig.read(new Loader(name, file, options, dialect), bytes, dialect, options);
  }
}
