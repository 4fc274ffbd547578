package dev.postern.core.telemetry;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.exchange.RequestRecord.FieldSink;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonBoolean;
import dev.postern.core.json.JsonNull;
import dev.postern.core.json.JsonNumber;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;

/** Formats lines of the access log. Used by one thread at a time. */
final class LogLine implements FieldSink {
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

  private final boolean json;
  private final StringBuilder lines = new StringBuilder();
  private Set<String> removed = Set.of();
  private List<Observation.Value> added = List.of();

  /** Most lines of a batch fall into one second, so its text is kept. */
  private long second = Long.MIN_VALUE;

  private String secondText = "";

  LogLine(AccessLog.Format format) {
    this.json = format == AccessLog.Format.JSON;
  }

  /** Appends the line of one request. */
  void append(
      RequestRecord record,
      Connection connection,
      Set<String> removed,
      List<Observation.Value> added,
      boolean ids) {
    this.removed = removed;
    this.added = added;
    long nanos = RequestFields.durationNanos(record);
    Instant time = record.startTime().plusNanos(nanos);
    if (json) {
      lines.append("{\"level\":\"info\",\"time\":\"");
      appendTime(time);
      lines.append("\",\"scope\":\"request\"");
    } else {
      appendTime(time);
      lines.append("\tinfo\trequest");
    }
    if (ids) {
      field("connection.id", connection.id());
      if (record.requestId() != null) {
        field("request.id", record.requestId());
      }
    }
    RequestFields.write(record, connection, this);
    if (json) {
      long micros = nanos / 1000;
      field("duration_ms", micros / 1000.0);
    }
    for (Observation.Value value : added) {
      name(value.name());
      value(value.value());
    }
    if (json) {
      lines.append('}');
    }
    lines.append('\n');
  }

  /** Returns the lines appended so far and starts anew. */
  String take() {
    String taken = lines.toString();
    lines.setLength(0);
    return taken;
  }

  @Override
  public void field(String name, String value) {
    if (begin(name)) {
      text(value);
    }
  }

  @Override
  public void field(String name, long value) {
    if (begin(name)) {
      lines.append(value);
    }
  }

  @Override
  public void field(String name, double value) {
    if (Double.isFinite(value) && begin(name)) {
      // Double.toString turns to exponents below a thousandth, which not every reader takes.
      lines.append(new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString());
    }
  }

  private boolean begin(String name) {
    if ((!removed.isEmpty() && removed.contains(name)) || replaced(name)) {
      return false;
    }
    if (json) {
      lines.append(",\"").append(name).append("\":");
    } else {
      lines.append(' ').append(name).append('=');
    }
    return true;
  }

  private boolean replaced(String name) {
    for (Observation.Value value : added) {
      if (value.name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** The name of an added field, which may be any text. */
  private void name(String name) {
    if (json) {
      lines.append(',');
      LogText.appendQuoted(lines, name);
      lines.append(':');
    } else if (LogText.plain(name)) {
      lines.append(' ').append(name).append('=');
    } else {
      lines.append(' ');
      LogText.appendQuoted(lines, name);
      lines.append('=');
    }
  }

  private void value(Json value) {
    switch (value) {
      case JsonString text -> text(text.text());
      case JsonArray array -> structure(array);
      case JsonObject object -> structure(object);
      case JsonNumber number -> lines.append(number);
      case JsonBoolean bool -> lines.append(bool);
      case JsonNull nothing -> lines.append(nothing);
    }
  }

  /** Lists and maps are JSON in both forms; what is too long is cut, and so a text. */
  private void structure(Json value) {
    StringBuilder whole = new StringBuilder();
    LogText.appendJson(whole, value);
    if (json && whole.length() <= LogText.LIMIT) {
      lines.append(whole);
    } else {
      text(whole.toString());
    }
  }

  private void text(String value) {
    String shown = LogText.shown(value);
    if (json || !LogText.plain(shown)) {
      LogText.appendQuoted(lines, shown);
    } else {
      lines.append(shown);
    }
  }

  private void appendTime(Instant time) {
    if (time.getEpochSecond() != second) {
      second = time.getEpochSecond();
      secondText = SECOND.format(time);
    }
    int micros = time.getNano() / 1000;
    lines.append(secondText).append('.');
    for (int unit = 100_000; unit > 0; unit /= 10) {
      lines.append((char) ('0' + micros / unit % 10));
    }
    lines.append('Z');
  }
}
