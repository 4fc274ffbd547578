package dev.postern.core.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SseReaderTest {
  private static final String MIXED =
      "\uFEFF: hello\n"
          + "event: add\r\ndata: 73857293\r\n\r\n"
          + "data: YHOO\rdata: +2\rdata: 10\r\r"
          + "id: 1\ndata: grüße 🎉 日本\n\n"
          + "data\n\n"
          + "\n\n\n"
          + "data\ndata\r\n\r\n"
          + "retry: 1500\nid\ndata:  two spaces\n\n"
          + "unknown: x\nevent: no-data\n\n"
          + "data:{\"a\":1}\r\n\n"
          + "data: cut short\n";

  private static final List<ServerSentEvent> MIXED_EVENTS =
      List.of(
          ServerSentEvent.of("add", "73857293"),
          ServerSentEvent.of("YHOO\n+2\n10"),
          ServerSentEvent.of("grüße 🎉 日本").withId("1"),
          ServerSentEvent.of(""),
          ServerSentEvent.of("\n"),
          new ServerSentEvent(null, " two spaces", "", 1500L),
          ServerSentEvent.of("{\"a\":1}"));

  static List<Arguments> fields() {
    return List.of(
        argumentSet("comment", ": x\ndata: a\n\n", ServerSentEvent.of("a")),
        argumentSet("event", "event: e\ndata: a\n\n", ServerSentEvent.of("e", "a")),
        argumentSet("last event wins", "event: e\nevent: f\ndata: a\n\n", event("f", null)),
        argumentSet("empty event", "event: e\nevent:\ndata: a\n\n", ServerSentEvent.of("a")),
        argumentSet("id", "id: 7\ndata: a\n\n", event(null, "7")),
        argumentSet("id with NUL", "id: 7\0\ndata: a\n\n", ServerSentEvent.of("a")),
        argumentSet("retry not a number", "retry: 1s\ndata: a\n\n", ServerSentEvent.of("a")),
        argumentSet("names are exact", "Data: b\n data: c\ndata: a\n\n", ServerSentEvent.of("a")),
        argumentSet("colon in the value", "data: a:b\n\n", ServerSentEvent.of("a:b")),
        argumentSet("second BOM", "\uFEFF\uFEFFdata: b\n\ndata: a\n\n", ServerSentEvent.of("a")),
        argumentSet("LF CR LF", "data: a\n\r\n", ServerSentEvent.of("a")));
  }

  private static ServerSentEvent event(@Nullable String event, @Nullable String id) {
    return new ServerSentEvent(event, "a", id, null);
  }

  @ParameterizedTest
  @MethodSource("fields")
  void readsFieldsAsTheStandardSays(String text, ServerSentEvent expected) throws IOException {
    assertThat(read(text.getBytes(UTF_8))).containsExactly(expected);
  }

  @Test
  void readsTheSameWhereverTheBytesAreCut() throws IOException {
    byte[] bytes = MIXED.getBytes(UTF_8);
    for (int cut = 0; cut <= bytes.length; cut++) {
      byte[] first = Arrays.copyOfRange(bytes, 0, cut);
      byte[] second = Arrays.copyOfRange(bytes, cut, bytes.length);
      assertThat(read(first, second)).as("cut at %d", cut).isEqualTo(MIXED_EVENTS);
    }
  }

  @Test
  void readsTheSameByteByByte() throws IOException {
    byte[] bytes = MIXED.getBytes(UTF_8);
    byte[][] pieces = new byte[bytes.length][];
    for (int i = 0; i < bytes.length; i++) {
      pieces[i] = new byte[] {bytes[i]};
    }
    assertThat(read(pieces)).isEqualTo(MIXED_EVENTS);
  }

  @Test
  void readsFromBuffersWithoutAnArray() throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(64);
    direct.put("data: a\n\ndata: b\n\n".getBytes(UTF_8)).flip();
    try (SseReader reader = new SseReader(new Pieces(List.of(direct)))) {
      assertThat(reader.next()).isEqualTo(ServerSentEvent.of("a"));
      assertThat(reader.next()).isEqualTo(ServerSentEvent.of("b"));
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void keepsIdAndRetryOfEventsWithoutData() throws IOException {
    byte[] bytes = "id: 5\nretry: 20\n\ndata: a\n\n".getBytes(UTF_8);
    try (SseReader reader = new SseReader(new Pieces(List.of(ByteBuffer.wrap(bytes))))) {
      assertThat(reader.next()).isEqualTo(ServerSentEvent.of("a"));
      assertThat(reader.lastEventId()).isEqualTo("5");
      assertThat(reader.retry()).isEqualTo(20L);
    }
  }

  @Test
  void refusesAnEventThatIsTooLong() {
    Pieces endless =
        new Pieces(List.of()) {
          @Override
          public ByteBuffer next() {
            return ByteBuffer.wrap("data: no line break ".getBytes(UTF_8));
          }
        };
    try (SseReader reader = new SseReader(endless, 1000)) {
      assertThatThrownBy(reader::next)
          .isInstanceOf(EventTooLargeException.class)
          .hasMessage("event larger than 1000 bytes");
    }
  }

  @Test
  void refusesATailThatIsTooLong() {
    byte[] bytes = ("data: a\n\ndata: " + "x".repeat(100)).getBytes(UTF_8);
    try (SseReader reader = new SseReader(new Pieces(List.of(ByteBuffer.wrap(bytes))), 50)) {
      assertThatThrownBy(reader::next).isInstanceOf(EventTooLargeException.class);
    }
  }

  @Test
  void closesTheStream() {
    Pieces pieces = new Pieces(List.of());
    new SseReader(pieces).close();
    assertThat(pieces.closed).isTrue();
  }

  @Test
  void framesKeepEveryByteWhereverTheyAreCut() throws IOException {
    byte[] bytes = MIXED.getBytes(UTF_8);
    for (int cut = 0; cut <= bytes.length; cut++) {
      SseFrames frames = new SseFrames();
      List<Byte> relayed = new ArrayList<>();
      collect(frames.push(ByteBuffer.wrap(bytes, 0, cut)), relayed);
      collect(frames.push(ByteBuffer.wrap(bytes, cut, bytes.length - cut)), relayed);
      collect(frames.takeRest(), relayed);
      assertThat(relayed).as("cut at %d", cut).isEqualTo(boxed(bytes));
    }
  }

  @Test
  void aPieceThatEndsWithAnEventIsHandedOnUncopied() throws IOException {
    byte[] bytes = "data: a\n\ndata: b\n\n".getBytes(UTF_8);
    ByteBuffer events = new SseFrames().push(ByteBuffer.wrap(bytes));
    assertThat(events).isNotNull();
    assertThat(events.array()).isSameAs(bytes);
    assertThat(events.remaining()).isEqualTo(bytes.length);
  }

  @Test
  void aFrameTellsThePlaceOfEventAndData() throws IOException {
    byte[] bytes = ": c\n\nevent: e\ndata: abc\n\ndata: d\n\n".getBytes(UTF_8);
    SseFrame frame = new SseFrame();
    frame.over(ByteBuffer.wrap(bytes));
    assertThat(frame.next()).isTrue();
    assertThat(frame.isEvent("e")).isTrue();
    assertThat(frame.isData("abc")).isTrue();
    assertThat(frame.isData("abd")).isFalse();
    assertThat(text(frame.bytes(), frame.start(), frame.end()))
        .isEqualTo("event: e\ndata: abc\n\n");
    assertThat(text(frame.data(), frame.dataStart(), frame.dataEnd())).isEqualTo("abc");
    assertThat(frame.next()).isTrue();
    assertThat(frame.isEvent("")).isTrue();
    assertThat(frame.next()).isFalse();
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, UTF_8);
  }

  private static void collect(@Nullable ByteBuffer buffer, List<Byte> into) {
    while (buffer != null && buffer.hasRemaining()) {
      into.add(buffer.get());
    }
  }

  private static List<Byte> boxed(byte[] bytes) {
    List<Byte> all = new ArrayList<>();
    collect(ByteBuffer.wrap(bytes), all);
    return all;
  }

  private static List<ServerSentEvent> read(byte[]... pieces) throws IOException {
    List<ByteBuffer> buffers = new ArrayList<>();
    for (byte[] piece : pieces) {
      if (piece.length > 0) {
        buffers.add(ByteBuffer.wrap(piece));
      }
    }
    List<ServerSentEvent> events = new ArrayList<>();
    try (SseReader reader = new SseReader(new Pieces(buffers))) {
      for (ServerSentEvent event = reader.next(); event != null; event = reader.next()) {
        events.add(event);
      }
    }
    return events;
  }

  private static class Pieces implements BodyStream {
    private final Deque<ByteBuffer> pieces;
    private boolean closed;

    Pieces(List<ByteBuffer> pieces) {
      this.pieces = new ArrayDeque<>(pieces);
    }

    @Override
    public @Nullable ByteBuffer next() {
      return pieces.poll();
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
