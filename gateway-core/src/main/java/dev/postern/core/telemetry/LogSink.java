package dev.postern.core.telemetry;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Where the access log goes. Used by one thread at a time. */
@FunctionalInterface
public interface LogSink {
  /**
   * Takes some lines, each with a line feed at its end, and hands them on at once.
   *
   * @throws IOException if that fails; the lines are then lost and counted
   */
  void write(String lines) throws IOException;

  /** Returns the standard output of the process. */
  static LogSink standardOutput() {
    return lines -> {
      PrintStream out = System.out;
      out.writeBytes(lines.getBytes(StandardCharsets.UTF_8));
      out.flush();
      if (out.checkError()) {
        throw new IOException("standard output takes no more");
      }
    };
  }

  /** Returns a stream, written in UTF-8; it is flushed but not closed. */
  static LogSink to(OutputStream out) {
    requireNonNull(out, "out");
    return lines -> {
      out.write(lines.getBytes(StandardCharsets.UTF_8));
      out.flush();
    };
  }

  /** Returns something that takes text, such as a writer; it is not closed. */
  static LogSink to(Appendable out) {
    requireNonNull(out, "out");
    return lines -> out.append(lines);
  }

  /** Returns what takes the lines one by one, without line feeds. */
  static LogSink lines(Consumer<String> consumer) {
    requireNonNull(consumer, "consumer");
    return lines -> lines.lines().forEach(consumer);
  }
}
