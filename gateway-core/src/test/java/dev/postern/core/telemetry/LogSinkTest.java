package dev.postern.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogSinkTest {
  @Test
  void writesToAStreamInUtf8AndFlushes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    OutputStream buffered = new BufferedOutputStream(bytes);
    LogSink.to(buffered).write("caf\u00e9\n");

    assertThat(bytes.toByteArray())
        .isEqualTo(new byte[] {'c', 'a', 'f', (byte) 0xc3, (byte) 0xa9, '\n'});
  }

  @Test
  void writesToText() throws IOException {
    StringWriter text = new StringWriter();
    LogSink.to(text).write("a\nb\n");

    assertThat(text).hasToString("a\nb\n");
  }

  @Test
  void handsLinesOverOneByOne() throws IOException {
    List<String> lines = new ArrayList<>();
    LogSink.lines(lines::add).write("a\nb\n");

    assertThat(lines).containsExactly("a", "b");
  }
}
