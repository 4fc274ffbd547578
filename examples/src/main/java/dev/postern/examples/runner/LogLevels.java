package dev.postern.examples.runner;

import dev.postern.core.telemetry.Logging;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Sets what the loggers of the JDK say, which is where the gateway's own log goes here. */
final class LogLevels {
  /** A logger that nobody holds forgets its level. */
  private static final List<Logger> HELD = new ArrayList<>();

  private LogLevels() {}

  static void apply(Logging logging) {
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      handler.setLevel(Level.ALL);
    }
    logging
        .levels()
        .forEach((name, level) -> {
          Logger logger = Logger.getLogger(name);
          logger.setLevel(level(level));
          HELD.add(logger);
        });
  }

  private static Level level(System.Logger.Level level) {
    return switch (level) {
      case ALL -> Level.ALL;
      case TRACE -> Level.FINER;
      case DEBUG -> Level.FINE;
      case INFO -> Level.INFO;
      case WARNING -> Level.WARNING;
      case ERROR -> Level.SEVERE;
      case OFF -> Level.OFF;
    };
  }
}
