package dev.postern.core.telemetry;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.RequestRecord;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/** Writes the access log, off the threads that serve requests. */
final class AccessLogger implements AutoCloseable {
  private static final Logger LOG = System.getLogger(AccessLogger.class.getName());
  private static final int CAPACITY = 16_384;

  private final LogSink sink;
  private final LogLine line;
  private final LongConsumer lost;
  private final Mailbox<Entry> mailbox;
  private boolean broken;
  private volatile Level level = Level.INFO;

  /**
   * Starts the log.
   *
   * @param dropped takes how many lines found the queue full
   * @param lost takes how many lines the sink did not take
   */
  AccessLogger(LogSink sink, AccessLog.Format format, LongConsumer dropped, LongConsumer lost) {
    this.sink = sink;
    this.line = new LogLine(format);
    this.lost = lost;
    this.mailbox = new Mailbox<>("postern-access-log", CAPACITY, this::write, dropped);
  }

  void level(Level level) {
    this.level = level;
  }

  /** Returns whether lines are written at all. */
  boolean writes() {
    return level.getSeverity() <= Level.INFO.getSeverity();
  }

  /**
   * Writes a line.
   *
   * @param removed names of fields that are left out
   * @param added fields at the end
   */
  void log(
      RequestRecord record,
      Connection connection,
      Set<String> removed,
      List<Observation.Value> added) {
    mailbox.send(new Entry(record, connection, removed, added));
  }

  @Override
  public void close() {
    mailbox.close();
  }

  private void write(List<Entry> entries) {
    boolean ids = level.getSeverity() <= Level.DEBUG.getSeverity();
    for (Entry entry : entries) {
      line.append(entry.record, entry.connection, entry.removed, entry.added, ids);
    }
    try {
      sink.write(line.take());
      broken = false;
    } catch (IOException e) {
      lost.accept(entries.size());
      if (!broken) {
        broken = true;
        LOG.log(Level.WARNING, "the access log cannot be written", e);
      }
    }
  }

  private record Entry(
      RequestRecord record,
      Connection connection,
      Set<String> removed,
      List<Observation.Value> added) {}
}
