package dev.postern.policy.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import dev.postern.policy.external.DecisionCache.Made;
import dev.postern.policy.functional.ManualTimers;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DecisionCacheTest {
  private static final Decision YES = new Decision.Allowed(Headers.EMPTY, Map.of());
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ManualTimers timers = new ManualTimers();
  private final DecisionCache cache = new DecisionCache(timers, 100);
  private final AtomicInteger calls = new AtomicInteger();

  private static Scope scope() {
    return Scope.root(Timers.system());
  }

  /** Returns the key of a request for which the one expression gives a text. */
  private static CacheKey key(String value) {
    Expression expression =
        (Expression)
            Proxy.newProxyInstance(
                Expression.class.getClassLoader(),
                new Class<?>[] {Expression.class},
                (proxy, method, arguments) -> Json.of(value));
    Exchange exchange = new Exchange(Connection.inProcess(), scope());
    return CacheKey.of(List.of(expression), new Check(exchange, GatewayRequest.get("/").build()));
  }

  private Decision get(String key, Made made) throws IOException {
    return cache.get(
        key(key),
        scope(),
        () -> {
          calls.incrementAndGet();
          return made;
        });
  }

  @Test
  void whoeverWaitsGoesOnWhenTheOneThatAskedIsCalledOff() throws Exception {
    CountDownLatch asking = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Decision> first =
          threads.submit(() ->
              cache.get(
                  key("a"),
                  scope(),
                  () -> {
                    asking.countDown();
                    await(gate);
                    throw Reason.CANCELLED.exception("gone");
                  }));
      asking.await();
      Future<Decision> second = threads.submit(() -> get("a", new Made(YES, MINUTE)));
      gate.countDown();
      assertThatThrownBy(first::get).hasCauseInstanceOf(GatewayException.class);
      assertThat(second.get()).isEqualTo(YES);
      assertThat(calls).hasValue(1);
    }
  }

  @Test
  void whoeverWaitsAndIsCalledOffGoes() throws Exception {
    CountDownLatch asking = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Decision> first =
          threads.submit(() ->
              cache.get(
                  key("a"),
                  scope(),
                  () -> {
                    asking.countDown();
                    await(gate);
                    return new Made(YES, MINUTE);
                  }));
      asking.await();
      Scope left = scope();
      left.cancel(Reason.CANCELLED.exception("gone"));
      assertThatThrownBy(() -> cache.get(key("a"), left, () -> new Made(YES, MINUTE)))
          .isInstanceOf(GatewayException.class);
      gate.countDown();
      assertThat(first.get()).isEqualTo(YES);
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void failuresAreNotKept() throws IOException {
    DecisionCache.Call failing =
        () -> {
          calls.incrementAndGet();
          throw new CheckFailedException("down");
        };
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> cache.get(key("a"), scope(), failing)).hasMessage("down");
    }
    assertThat(calls).hasValue(2);
    assertThat(get("a", new Made(YES, MINUTE))).isEqualTo(YES);
  }

  @Test
  void keysAreEqualByWhatTheirPartsGive() {
    assertThat(key("a")).isEqualTo(key("a")).hasSameHashCodeAs(key("a")).isNotEqualTo(key("b"));
    assertThat(key("s3cret").toString()).doesNotContain("s3cret");
  }

  @Test
  @DisplayName("24: callers that invent keys fill no memory")
  void largeDecisionsAreFew() throws IOException {
    Body page = Body.of(new byte[50_000]);
    Made large = new Made(new Decision.Refused(401, Headers.EMPTY, page), MINUTE);
    for (int i = 0; i < 40; i++) {
      get("k" + i, large);
    }
    calls.set(0);
    for (int i = 0; i < 40; i++) {
      get("k" + i, large);
    }
    assertThat(calls.get()).isGreaterThanOrEqualTo(35);
  }

  @Test
  void oneLargeDecisionIsKeptHoweverFewThereMayBe() throws IOException {
    DecisionCache small = new DecisionCache(timers, 1);
    Body page = Body.of(new byte[64 * 1024]);
    Made large = new Made(new Decision.Refused(401, Headers.EMPTY, page), MINUTE);
    for (int i = 0; i < 2; i++) {
      small.get(
          key("a"),
          scope(),
          () -> {
            calls.incrementAndGet();
            return large;
          });
    }
    assertThat(calls).hasValue(1);
  }
}
