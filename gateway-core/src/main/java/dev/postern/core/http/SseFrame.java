package dev.postern.core.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the events in a run of bytes, without decoding them.
 *
 * <p>A view that is moved: {@link #over} sets the bytes, each {@link #next} goes to the next event
 * that has data. Not safe for concurrent use.
 */
public final class SseFrame {
  /*
   * The interpretation of https://html.spec.whatwg.org/multipage/server-sent-events.html, with the
   * values of fields kept as places in the bytes. Nearly all events have one data line, whose place
   * is the data; several are joined into an array of their own.
   */
  private byte[] bytes = new byte[0];
  private int position;
  private int limit;
  private boolean atStart = true;

  private int start;
  private int end;
  private byte[] data = bytes;
  private int dataStart;
  private int dataEnd;
  private @Nullable ByteArrayOutputStream joined;
  private boolean hasData;
  private int eventStart;
  private int eventEnd;
  private @Nullable String id;
  private @Nullable String lastId;
  private @Nullable Long retry;
  private @Nullable Long lastRetry;

  /** Creates a view of no bytes. */
  public SseFrame() {}

  /** Sets the bytes to walk over: whole events, as {@link SseFrames#push} gives them. */
  public void over(ByteBuffer events) {
    bytes = events.array();
    position = events.arrayOffset() + events.position();
    limit = position + events.remaining();
    if (atStart && events.hasRemaining()) {
      atStart = false;
      if (startsWithByteOrderMark()) {
        position += 3;
      }
    }
  }

  /** Goes to the next event that has data; returns whether there is one. */
  public boolean next() {
    while (position < limit) {
      start = position;
      int boundary = SseFrames.firstEnd(bytes, position, limit);
      end = boundary < 0 ? limit : boundary;
      position = end;
      parse();
      if (hasData) {
        return true;
      }
    }
    return false;
  }

  /** Returns the array that holds the whole event. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns where the event starts in {@link #bytes}. */
  public int start() {
    return start;
  }

  /** Returns where the event ends in {@link #bytes}, its blank line included. */
  public int end() {
    return end;
  }

  /** Returns the array that holds the data; it must not be changed. */
  public byte[] data() {
    return data;
  }

  /** Returns where the data starts in {@link #data}. */
  public int dataStart() {
    return dataStart;
  }

  /** Returns where the data ends in {@link #data}. */
  public int dataEnd() {
    return dataEnd;
  }

  /** Returns whether the type of the event is {@code name}, which is ASCII. */
  public boolean isEvent(String name) {
    return is(eventStart, eventEnd, name);
  }

  /** Returns whether the data is {@code text}, which is ASCII. */
  public boolean isData(String text) {
    if (text.length() != dataEnd - dataStart) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (data[dataStart + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the id that was set last, by this event or before it, or null. */
  public @Nullable String lastId() {
    return lastId;
  }

  /** Returns the reconnection time that was set last in milliseconds, or null. */
  public @Nullable Long lastRetry() {
    return lastRetry;
  }

  /** Returns the event, decoded. */
  public ServerSentEvent decode() {
    String event =
        eventEnd > eventStart
            ? new String(bytes, eventStart, eventEnd - eventStart, StandardCharsets.UTF_8)
            : null;
    String text = new String(data, dataStart, dataEnd - dataStart, StandardCharsets.UTF_8);
    return new ServerSentEvent(event, text, id, retry);
  }

  private void parse() {
    hasData = false;
    joined = null;
    data = bytes;
    dataStart = start;
    dataEnd = start;
    eventStart = start;
    eventEnd = start;
    id = null;
    retry = null;
    int line = start;
    while (line < end) {
      int lineEnd = line;
      while (lineEnd < end && bytes[lineEnd] != '\n' && bytes[lineEnd] != '\r') {
        lineEnd++;
      }
      parseLine(line, lineEnd);
      // A line feed after a carriage return makes an empty line here, which says nothing.
      line = lineEnd + 1;
    }
    if (joined != null) {
      data = joined.toByteArray();
      dataStart = 0;
      dataEnd = data.length;
    }
  }

  private void parseLine(int from, int to) {
    if (from == to || bytes[from] == ':') {
      return;
    }
    int colon = from;
    while (colon < to && bytes[colon] != ':') {
      colon++;
    }
    int value = Math.min(colon + 1, to);
    if (value < to && bytes[value] == ' ') {
      value++;
    }
    if (is(from, colon, "data")) {
      addData(value, to);
    } else if (is(from, colon, "event")) {
      eventStart = value;
      eventEnd = to;
    } else if (is(from, colon, "id")) {
      setId(value, to);
    } else if (is(from, colon, "retry")) {
      setRetry(value, to);
    }
  }

  private void addData(int from, int to) {
    if (!hasData) {
      hasData = true;
      dataStart = from;
      dataEnd = to;
      return;
    }
    if (joined == null) {
      joined = new ByteArrayOutputStream(256);
      joined.write(bytes, dataStart, dataEnd - dataStart);
    }
    joined.write('\n');
    joined.write(bytes, from, to - from);
  }

  private void setId(int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == 0) {
        return;
      }
    }
    id = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    lastId = id;
  }

  private void setRetry(int from, int to) {
    if (from == to || to - from > 18) {
      return;
    }
    long millis = 0;
    for (int i = from; i < to; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return;
      }
      millis = millis * 10 + (bytes[i] - '0');
    }
    retry = millis;
    lastRetry = retry;
  }

  private boolean is(int from, int to, String name) {
    if (to - from != name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (bytes[from + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean startsWithByteOrderMark() {
    return limit - position >= 3
        && bytes[position] == (byte) 0xEF
        && bytes[position + 1] == (byte) 0xBB
        && bytes[position + 2] == (byte) 0xBF;
  }
}
