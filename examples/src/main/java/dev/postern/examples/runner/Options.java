package dev.postern.examples.runner;

import dev.postern.core.config.EnvMode;
import dev.postern.core.config.LoadOptions;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param file the configuration file, {@code -} for standard input, or null
 * @param text the configuration itself, or null
 * @param tests a file with tests of the configuration, to be run instead, or null
 * @param validateOnly whether only to check it
 * @param help whether only to show the usage
 * @param version whether only to show the version
 * @param load how it is read
 */
record Options(
    @Nullable String file,
    @Nullable String text,
    @Nullable String tests,
    boolean validateOnly,
    boolean help,
    boolean version,
    LoadOptions load) {
  static final String USAGE =
      """
      Usage: java -jar gateway.jar [OPTION]...
      Without -f or -c: a quickstart with a model of its own, no keys and no network needed.

        -f, --file PATH       the configuration file, or - for standard input
        -c, --config TEXT     the configuration itself
            --validate-only   check the configuration and end
            --test PATH       run the policy tests of a file and end
            --strict          take warnings for errors
            --env-mode MODE   where variables are replaced: scalar (default), text or off
        -V, --version         show the version and end
            --help            show this and end

      Exit codes: 0 ok, 1 could not start or a test failed, 2 bad configuration or usage,
      130 cut short.
      TERM or INT drains; a second one ends at once. There is no admin server yet.
      """;

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException if they cannot be understood
   */
  static Options parse(String... args) {
    String file = null;
    String text = null;
    String tests = null;
    boolean validateOnly = false;
    boolean help = false;
    boolean version = false;
    LoadOptions load = LoadOptions.DEFAULTS.environmentOverrides(true);
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "-f", "--file" -> file = value(args, ++i);
        case "-c", "--config" -> text = value(args, ++i);
        case "--test" -> tests = value(args, ++i);
        case "--validate-only" -> validateOnly = true;
        case "--strict" -> load = load.strict(true);
        case "--env-mode" -> load = load.envMode(envMode(value(args, ++i)));
        case "--help", "-h" -> help = true;
        case "--version", "-V" -> version = true;
        default -> throw new IllegalArgumentException("unknown option " + args[i]);
      }
    }
    if (file != null && text != null) {
      throw new IllegalArgumentException("-f and -c exclude one another");
    }
    if (tests != null && (text != null || "-".equals(file))) {
      throw new IllegalArgumentException("--test needs a configuration in a file");
    }
    return new Options(file, text, tests, validateOnly, help, version, load);
  }

  private static String value(String[] args, int index) {
    if (index == args.length) {
      throw new IllegalArgumentException(args[index - 1] + " needs a value");
    }
    return args[index];
  }

  private static EnvMode envMode(String text) {
    try {
      return EnvMode.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--env-mode " + text + " (expected: scalar, text or off)", e);
    }
  }
}
