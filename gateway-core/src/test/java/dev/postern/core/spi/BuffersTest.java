package dev.postern.core.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BuffersTest {
  private final Buffers buffers = new Buffers(1 << 20);
  private final Exchange exchange =
      new Exchange(Connection.inProcess(), Scope.root(Timers.system()));

  @Test
  void theBeginningOfAStreamIsReadAndTheStreamStaysWhole() throws IOException {
    Buffers.Beginning beginning = buffers.beginning(exchange, streamed("ab", "cd", "ef"), 3);
    assertThat(beginning.bytes()).isEqualTo("abc".getBytes(UTF_8));
    assertThat(beginning.whole()).isFalse();
    assertThat(beginning.body().readAll(100)).isEqualTo("abcdef".getBytes(UTF_8));
  }

  @Test
  void aStreamThatFitsIsReadWholeAndCanBeSentAgain() throws IOException {
    Buffers.Beginning beginning = buffers.beginning(exchange, streamed("ab", "c"), 3);
    assertThat(beginning.bytes()).isEqualTo("abc".getBytes(UTF_8));
    assertThat(beginning.whole()).isTrue();
    assertThat(beginning.body().replayable()).isTrue();
    assertThat(beginning.body().readAll(100)).isEqualTo("abc".getBytes(UTF_8));
  }

  @Test
  void bytesInMemoryAreLookedAtWhereTheyAre() throws IOException {
    Body body = Body.of("abcdef");
    Buffers.Beginning beginning = buffers.beginning(exchange, body, 3);
    assertThat(beginning.bytes()).isEqualTo("abc".getBytes(UTF_8));
    assertThat(beginning.whole()).isFalse();
    assertThat(beginning.body()).isSameAs(body);
    assertThat(buffers.beginning(exchange, body, 6).whole()).isTrue();
    assertThat(buffers.beginning(exchange, Body.empty(), 6).whole()).isTrue();
    assertThat(buffers.used()).isZero();
  }

  @Test
  void whatIsReadCountsUntilTheExchangeEnds() throws IOException {
    buffers.beginning(exchange, streamed("0123456789"), 5);
    assertThat(buffers.used()).isPositive();
    exchange.end(Outcome.DONE);
    assertThat(buffers.used()).isZero();
  }

  @Test
  void thereIsAMostForTheWholeProcess() {
    assertThatThrownBy(
            () -> buffers.beginning(exchange, streamed("a".repeat((1 << 20) + 1)), 2 << 20))
        .isInstanceOf(GatewayException.class)
        .hasMessage("buffer budget exhausted");
  }

  private static Body streamed(String... pieces) {
    Deque<String> left = new ArrayDeque<>(List.of(pieces));
    return Body.of(
        new BodyStream() {
          @Override
          public @Nullable ByteBuffer next() {
            String piece = left.poll();
            return piece == null ? null : ByteBuffer.wrap(piece.getBytes(UTF_8));
          }

          @Override
          public void close() {
            left.clear();
          }
        });
  }
}
