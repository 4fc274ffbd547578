package dev.postern.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CachingDnsTest {
  private static final InetAddress ONE = address(1);
  private static final InetAddress TWO = address(2);

  private final ManualTimers timers = new ManualTimers();
  private final Scope scope = Scope.root(timers);
  private final AtomicInteger asked = new AtomicInteger();
  private volatile List<InetAddress> answer = List.of(ONE);
  private final CachingDns dns =
      new CachingDns(
          host -> {
            asked.incrementAndGet();
            if (answer.isEmpty()) {
              throw new UnknownHostException(host);
            }
            return answer;
          },
          timers,
          Duration.ofSeconds(30));

  private static InetAddress address(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private List<InetAddress> lookup() throws UnknownHostException {
    dns.await("h", scope);
    return dns.known("h");
  }

  @Test
  void asksOnceWithinTheInterval() throws Exception {
    lookup();
    timers.advance(Duration.ofSeconds(29));

    assertThat(lookup()).containsExactly(ONE);
    assertThat(asked).hasValue(1);
  }

  @Test
  void asksAgainAfterTheInterval() throws Exception {
    lookup();
    answer = List.of(TWO);
    timers.advance(Duration.ofSeconds(61));

    assertThat(lookup()).containsExactly(TWO);
  }

  @Test
  @DisplayName("20 DNS: the last answer serves for ten minutes")
  void servesTheLastAnswerWhileTheResolverFails() throws Exception {
    lookup();
    answer = List.of();
    timers.advance(Duration.ofMinutes(9));

    assertThat(lookup()).containsExactly(ONE);

    timers.advance(Duration.ofMinutes(2));
    assertThatThrownBy(this::lookup).isInstanceOf(UnknownHostException.class);
  }

  @Test
  void remembersAFailureForAMoment() throws Exception {
    answer = List.of();
    assertThatThrownBy(this::lookup).isInstanceOf(UnknownHostException.class);
    answer = List.of(ONE);
    timers.advance(Duration.ofSeconds(4));
    assertThatThrownBy(this::lookup).isInstanceOf(UnknownHostException.class);
    assertThat(asked).hasValue(1);

    timers.advance(Duration.ofSeconds(2));
    assertThat(lookup()).containsExactly(ONE);
  }

  @Test
  void stopsWaitingWhenTheScopeIsCalledOff() throws Exception {
    CountDownLatch resolving = new CountDownLatch(1);
    SynchronousQueue<List<InetAddress>> never = new SynchronousQueue<>();
    CachingDns hanging =
        new CachingDns(
            host -> {
              resolving.countDown();
              try {
                return never.take();
              } catch (InterruptedException e) {
                throw new UnknownHostException(host);
              }
            },
            timers,
            Duration.ofSeconds(30));
    Thread waiting = Thread.ofVirtual().start(() -> hanging.await("h", scope));
    resolving.await();

    scope.cancel(Reason.CANCELLED.exception("gone"));

    waiting.join();
    assertThatThrownBy(() -> hanging.known("h")).isInstanceOf(UnknownHostException.class);
  }
}
