package dev.postern.core.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SseWriterTest {
  @Test
  void writesAllFields() {
    ServerSentEvent event = new ServerSentEvent("add", "a", "7", 100L);
    assertThat(text(event)).isEqualTo("event: add\nid: 7\nretry: 100\ndata: a\n\n");
  }

  @Test
  void writesOneLinePerLineOfData() {
    assertThat(text(ServerSentEvent.of("a\nb\r\nc\rd\n")))
        .isEqualTo("data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
  }

  @Test
  void writesEmptyData() {
    assertThat(text(ServerSentEvent.of(""))).isEqualTo("data: \n\n");
  }

  @Test
  void writesComments() {
    assertThat(new String(SseWriter.comment("keep-alive"), UTF_8)).isEqualTo(": keep-alive\n\n");
  }

  @Test
  void refusesLineBreaksInFieldsThatHaveOneLine() {
    assertThatThrownBy(() -> ServerSentEvent.of("a\nb", "data"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("event: holds a line break");
    assertThatThrownBy(() -> ServerSentEvent.of("data").withId("a\rb"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("id: holds a line break");
    assertThatThrownBy(() -> ServerSentEvent.of("data").withId("a\0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("id: holds a NUL");
  }

  @Test
  void readsWhatItWrote() throws IOException {
    ServerSentEvent event = new ServerSentEvent("x", " grüße\n\n{\"a\": 1}\n", "id 1", 5L);
    BodyStream stream = BodyStream.of(ByteBuffer.wrap(SseWriter.bytes(event)));
    try (SseReader reader = new SseReader(stream)) {
      assertThat(reader.next()).isEqualTo(event);
    }
  }

  private static String text(ServerSentEvent event) {
    return new String(SseWriter.bytes(event), UTF_8);
  }
}
