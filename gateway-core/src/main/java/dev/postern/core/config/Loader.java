package dev.postern.core.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one text as a value of the model. */
final class Loader {
  private final String name;
  private final @Nullable Path file;
  private final LoadOptions options;
  private final Dialect dialect;

  /**
   * @param name how messages call the text
   * @param file where it was read from, or null
   */
  Loader(String name, @Nullable Path file, LoadOptions options, Dialect dialect) {
    this.name = name;
    this.file = file;
    this.options = options;
    this.dialect = dialect;
  }

  /** Looks at what was read as a whole, and notes what is wrong with it. */
  interface Check<T> {
    void run(ConfigNode root, @Nullable T value, Diagnostics problems);
  }

  /**
   * What came out of a load.
   *
   * @param value the value, null when there are errors
   * @param diagnostics all problems, by position
   * @param files the files that the configuration names
   */
  record Loaded<T>(
      @Nullable T value, List<ConfigDiagnostic> diagnostics, Set<Path> files, SourceText source) {
    T orThrow() {
      if (value == null) {
        throw new ConfigException(diagnostics);
      }
      return value;
    }
  }

  <T> Loaded<T> load(byte[] bytes, Class<T> type, Check<T> check) {
    Diagnostics problems = new Diagnostics(options.strict());
    SourceText source = text(bytes, problems);
    Paths paths = new Paths(options.baseDir(), file);
    if (problems.hasErrors()) {
      return new Loaded<>(null, problems.finish(source), Set.of(), source);
    }
    boolean inScalars = options.envMode() == EnvMode.SCALAR;
    Substitution substitution = new Substitution(options.variables());
    ConfigNode root = new YamlTree(source, problems, inScalars ? substitution : null).read();
    T value = null;
    if (root != null && root.has("apiVersion") && root.has("kind")) {
      problems.error(ConfigCode.UNSUPPORTED, root, "Kubernetes manifests are not supported yet");
    } else if (root != null) {
      RecordReader reader =
          new RecordReader(root, dialect, problems, source, paths, options.ignoreUnknownFields());
      value = reader.read(root, type);
      check.run(root, value, problems);
    }
    return new Loaded<>(
        problems.hasErrors() ? null : value, problems.finish(source), paths.found(), source);
  }

  private SourceText text(byte[] bytes, Diagnostics problems) {
    Location start = Location.at(name, 1, 1);
    if (bytes.length > options.maxBytes()) {
      problems.add(
          ConfigDiagnostic.error(
              ConfigCode.SYNTAX,
              start,
              "",
              bytes.length + " bytes (expected: at most " + options.maxBytes() + ")"));
      return new SourceText(name, "");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      problems.add(
          ConfigDiagnostic.error(ConfigCode.SYNTAX, start, "", "not UTF-8 (expected: UTF-8 text)"));
      return new SourceText(name, "");
    }
    SourceText written = new SourceText(name, text.startsWith("\uFEFF") ? text.substring(1) : text);
    if (options.envMode() != EnvMode.TEXT) {
      return written;
    }
    String expanded =
        new Substitution(options.variables())
            .expand(
                written.text(),
                (offset, code, message) ->
                    problems.add(
                        ConfigDiagnostic.error(code, written.locate(offset), "", message)));
    return problems.hasErrors() ? written : new SourceText(name, expanded);
  }
}
