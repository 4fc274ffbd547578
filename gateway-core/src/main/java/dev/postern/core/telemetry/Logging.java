package dev.postern.core.telemetry;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How logs look, and how much they say.
 *
 * @param format the form of a line of the access log
 * @param level from which level on is logged, as {@code info} or {@code info,request=debug}: each
 *     item for the logger it names and those below it, one without a name for all others. The
 *     access log is the logger {@code request}, whose lines have the level {@code info}; {@code
 *     agentgateway} is read as {@code dev.postern}
 */
public record Logging(AccessLog.Format format, List<String> level) {
  /** The name of the access log among the loggers. */
  public static final String REQUEST = "request";

  /** Text, from {@code info} on. */
  public static final Logging DEFAULT = new Logging(AccessLog.Format.TEXT, List.of("info"));

  private static final String ALL = "";

  /**
   * Sets the defaults and checks the levels.
   *
   * @throws IllegalArgumentException if an item of {@code level} cannot be read
   */
  public Logging {
    format = format == null ? AccessLog.Format.TEXT : format;
    level = level == null || level.isEmpty() ? List.of("info") : List.copyOf(level);
    Map<String, Level> unused = read(level);
  }

  /** Returns the level of each logger that is named, with the empty name for all others. */
  public Map<String, Level> levels() {
    return read(level);
  }

  /** Returns the level of the access log. */
  Level accessLogLevel() {
    Map<String, Level> levels = levels();
    Level own = levels.get(REQUEST);
    return own == null ? levels.getOrDefault(ALL, Level.INFO) : own;
  }

  private static Map<String, Level> read(List<String> items) {
    Map<String, Level> levels = new LinkedHashMap<>();
    for (String list : items) {
      for (String item : list.split(",", -1)) {
        int equals = item.indexOf('=');
        String name = equals < 0 ? ALL : logger(item.substring(0, equals).strip());
        Level level = level(item.substring(equals + 1).strip());
        if (level == null || (equals >= 0 && name.isEmpty())) {
          throw new IllegalArgumentException(
              "level: \""
                  + item
                  + "\" (expected: off, error, warn, info, debug or trace, or a logger, = and"
                  + " one of these)");
        }
        levels.put(name, level);
      }
    }
    return levels;
  }

  private static String logger(String written) {
    String name = written.replace("::", ".");
    return name.equals("agentgateway") || name.startsWith("agentgateway.")
        ? "dev.postern" + name.substring("agentgateway".length())
        : name;
  }

  private static @Nullable Level level(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "off" -> Level.OFF;
      case "error" -> Level.ERROR;
      case "warn", "warning" -> Level.WARNING;
      case "info" -> Level.INFO;
      case "debug" -> Level.DEBUG;
      case "trace" -> Level.TRACE;
      default -> null;
    };
  }
}
