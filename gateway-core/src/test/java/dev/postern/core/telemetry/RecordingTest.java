package dev.postern.core.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordingTest {
  private final AtomicLong held = new AtomicLong();
  private long most = Long.MAX_VALUE;
  private final Telemetry.Memory memory =
      new Telemetry.Memory() {
        @Override
        public boolean hold(long bytes) {
          if (held.get() + bytes > most) {
            return false;
          }
          held.addAndGet(bytes);
          return true;
        }

        @Override
        public void release(long bytes) {
          held.addAndGet(-bytes);
        }
      };
  private final Recording recording = new Recording(memory, Projections.BODY_LIMIT);

  @Test
  void keepsAStreamWhileItPasses() throws IOException {
    Body body = recording.of(Body.of(new Pieces(3, 4), -1));

    assertThat(body.readAll(100)).isEqualTo("xxxxxxxxxxxx".getBytes(UTF_8));
    assertThat(recording.end()).isEqualTo(Body.of("xxxxxxxxxxxx"));
    assertThat(recording.truncated()).isFalse();
    assertThat(held).hasPositiveValue();
    recording.release();
    assertThat(held).hasValue(0);
  }

  @Test
  void keepsNoMoreThanItsLimit() throws IOException {
    Body body = recording.of(Body.of(new Pieces(5, 1024 * 1024), -1));
    BodyStream stream = body.open();
    long passed = 0;
    for (ByteBuffer piece = stream.next(); piece != null; piece = stream.next()) {
      passed += piece.remaining();
    }

    assertThat(passed).isEqualTo(5L * 1024 * 1024);
    assertThat(recording.end().length()).isEqualTo(Projections.BODY_LIMIT);
    assertThat(recording.truncated()).isTrue();
  }

  @Test
  void keepsNothingWhenThereIsNoMemoryLeft() throws IOException {
    most = 64 * 1024;
    Body body = recording.of(Body.of(new Pieces(3, 40_000), 120_000));

    assertThat(body.readAll(200_000)).hasSize(120_000);
    assertThat(recording.end().length()).isEqualTo(40_000);
    assertThat(recording.truncated()).isTrue();
  }

  @Test
  void whatWasNotReadToItsEndIsTruncated() throws IOException {
    BodyStream stream = recording.of(Body.of(new Pieces(2, 4), -1)).open();
    assertThat(stream.next()).isNotNull();

    assertThat(recording.end()).isEqualTo(Body.of("xxxx"));
    assertThat(recording.truncated()).isTrue();
    assertThat(stream.next()).isNotNull();
    assertThat(recording.end()).isEqualTo(Body.of("xxxx"));
  }

  @Test
  void theLastByteIsTheEndWhenTheLengthIsKnown() throws IOException {
    BodyStream stream = recording.of(Body.of(new Pieces(2, 4), 8)).open();
    assertThat(stream.next()).isNotNull();
    assertThat(stream.next()).isNotNull();

    assertThat(recording.truncated()).isFalse();
  }

  @Test
  void aBodyInMemoryIsNotCopied() {
    Body body = Body.of("whole");

    assertThat(recording.of(body)).isSameAs(body);
    assertThat(recording.end()).isSameAs(body);
    assertThat(recording.truncated()).isFalse();
    assertThat(held).hasValue(0);
  }

  private static final class Pieces implements BodyStream {
    private final int length;
    private int left;

    Pieces(int count, int length) {
      this.left = count;
      this.length = length;
    }

    @Override
    public @Nullable ByteBuffer next() {
      return left-- > 0 ? ByteBuffer.wrap("x".repeat(length).getBytes(UTF_8)) : null;
    }

    @Override
    public void close() {}
  }
}
