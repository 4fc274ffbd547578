package dev.postern.policy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Timers;
import dev.postern.core.spi.CounterStore.Claim;
import dev.postern.core.spi.CounterStore.Decision;
import dev.postern.core.spi.CounterStore.Limit;
import dev.postern.core.spi.CounterStore.Reservation;
import dev.postern.policy.functional.ManualTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MemoryCounterStoreTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTimers timers = new ManualTimers();

  private Buckets buckets(Limit limit) {
    return new Buckets(definition(limit), timers);
  }

  private static Buckets.Definition definition(Limit limit) {
    Bucket.Shape shape =
        new Bucket.Shape(limit.capacity(), limit.refill(), limit.interval().toNanos());
    return new Buckets.Definition(shape, limit.maxKeys());
  }

  private static Limit limit(String name, long capacity, long refill) {
    return new Limit(name, capacity, refill, SECOND, 10_000);
  }

  private MemoryCounterStore store(Limit limit) {
    return new MemoryCounterStore(Map.of(limit, buckets(limit)));
  }

  private static Decision take(MemoryCounterStore store, Limit limit, String key, long n) {
    return store.take(List.of(new Claim(limit, key, n, n)));
  }

  private static long left(MemoryCounterStore store, Limit limit) {
    return store.peek(limit, "").remaining();
  }

  @Test
  void startsFullAndFillsAtFixedTimesUpToItsCapacity() {
    Limit limit = limit("l", 5, 2);
    MemoryCounterStore store = store(limit);
    for (int i = 0; i < 5; i++) {
      assertThat(take(store, limit, "", 1).granted()).isTrue();
    }
    timers.advance(Duration.ofMillis(400));
    Decision refused = take(store, limit, "", 3);
    assertThat(refused.refused()).isZero();
    assertThat(refused.retryIn()).isEqualTo(Duration.ofMillis(1600));
    assertThat(refused.reservations()).isEmpty();
    assertThat(refused.snapshots().getFirst().reset()).isEqualTo(Duration.ofMillis(600));

    timers.advance(Duration.ofMillis(599));
    assertThat(left(store, limit)).isZero();
    timers.advance(Duration.ofMillis(1));
    assertThat(left(store, limit)).isEqualTo(2);
    timers.advance(Duration.ofDays(30));
    assertThat(left(store, limit)).isEqualTo(5);
  }

  @Test
  void keysAreIndependent() {
    Limit limit = limit("l", 1, 1);
    MemoryCounterStore store = store(limit);
    assertThat(take(store, limit, "a", 1).granted()).isTrue();
    assertThat(take(store, limit, "a", 1).granted()).isFalse();
    assertThat(take(store, limit, "b", 1).granted()).isTrue();
  }

  @Test
  @DisplayName("RL-1: more than the capacity is never granted, nothing is granted always")
  void moreThanTheCapacityIsNeverGrantedAndNothingAlways() {
    Limit limit = limit("l", 5, 5);
    MemoryCounterStore store = store(limit);
    assertThat(take(store, limit, "", 6))
        .satisfies(refused -> {
          assertThat(refused.granted()).isFalse();
          assertThat(refused.retryIn()).isNull();
        });
    assertThat(left(store, limit)).isEqualTo(5);
    assertThat(take(store, limit, "", 5).granted()).isTrue();
    assertThat(take(store, limit, "", 0).granted()).isTrue();
  }

  @Test
  @DisplayName("RL-1: all entries must allow, or none is charged")
  void nothingIsTakenUnlessAllAllow() {
    Limit wide = limit("wide", 10, 10);
    Limit narrow = limit("narrow", 1, 1);
    MemoryCounterStore store =
        new MemoryCounterStore(Map.of(wide, buckets(wide), narrow, buckets(narrow)));
    List<Claim> claims = List.of(new Claim(wide, "", 1, 1), new Claim(narrow, "", 1, 1));
    assertThat(store.take(claims).granted()).isTrue();
    Decision refused = store.take(claims);
    assertThat(refused.refused()).isEqualTo(1);
    assertThat(store.peek(wide, "").remaining()).isEqualTo(9);
  }

  @Test
  @DisplayName("RL-1, RL-2: all or none with many threads at once")
  void allOrNoneWithManyThreads() throws Exception {
    Limit wide = new Limit("wide", 1_000_000, 1, Duration.ofDays(1), 10);
    Limit narrow = new Limit("narrow", 1_000, 1, Duration.ofDays(1), 10);
    MemoryCounterStore store =
        new MemoryCounterStore(Map.of(wide, buckets(wide), narrow, buckets(narrow)));
    List<Claim> claims = List.of(new Claim(wide, "", 1, 1), new Claim(narrow, "", 1, 1));
    AtomicInteger granted = new AtomicInteger();
    inParallel(
        8,
        () -> {
          for (int i = 0; i < 1_000; i++) {
            if (store.take(claims).granted()) {
              granted.incrementAndGet();
            }
          }
        });
    assertThat(granted).hasValue(1_000);
    assertThat(store.peek(wide, "").remaining()).isEqualTo(1_000_000 - 1_000);
    assertThat(store.peek(narrow, "").remaining()).isZero();
  }

  @Test
  @DisplayName("RL-3: settling charges the difference, into debt if need be, down to its floor")
  void settlingChargesTheDifference() {
    Limit limit = limit("l", 10, 10);
    MemoryCounterStore store = store(limit);
    Decision decision = take(store, limit, "", 4);
    store.settle(decision.reservations().getFirst(), 25);
    assertThat(left(store, limit)).isEqualTo(-15);
    assertThat(take(store, limit, "", 1).retryIn()).isEqualTo(Duration.ofSeconds(2));
    timers.advance(SECOND);
    assertThat(take(store, limit, "", 1).granted()).isFalse();
    timers.advance(SECOND);
    assertThat(left(store, limit)).isEqualTo(5);

    Decision another = take(store, limit, "", 5);
    store.settle(another.reservations().getFirst(), Long.MAX_VALUE);
    assertThat(left(store, limit)).isEqualTo(-100);
  }

  @Test
  @DisplayName("RL-3: giving back never lifts a bucket over its capacity")
  void givingBackStopsAtTheCapacity() {
    Limit limit = limit("l", 10, 10);
    MemoryCounterStore store = store(limit);
    Decision decision = take(store, limit, "", 8);
    timers.advance(SECOND);
    store.settle(decision.reservations().getFirst(), 0);
    assertThat(left(store, limit)).isEqualTo(10);
  }

  @Test
  @DisplayName("RL-2, RL-3: nothing is lost or made by settling with many threads at once")
  void nothingIsLostByManyThreads() throws Exception {
    Limit limit = new Limit("l", 1_000_000, 1, Duration.ofDays(1), 10);
    MemoryCounterStore store = store(limit);
    inParallel(
        8,
        () -> {
          for (int i = 0; i < 1_000; i++) {
            Reservation taken = take(store, limit, "", 20).reservations().getFirst();
            store.settle(taken, i % 2 == 0 ? 7 : 33);
          }
        });
    assertThat(left(store, limit)).isEqualTo(1_000_000 - 8 * 500 * (7 + 33));
  }

  @Test
  @DisplayName("14.1 maxKeys: new keys share a bucket ten times the size, and reset nobody's limit")
  void inventedKeysShareOneBucket() {
    Limit limit = new Limit("l", 2, 1, SECOND, 3);
    Buckets buckets = buckets(limit);
    MemoryCounterStore store = new MemoryCounterStore(Map.of(limit, buckets));
    for (String key : List.of("a", "b", "c")) {
      take(store, limit, key, 2);
    }
    int granted = 0;
    for (int i = 0; i < 1_000; i++) {
      granted += take(store, limit, "invented" + i, 1).granted() ? 1 : 0;
    }
    assertThat(granted).isEqualTo(20);
    assertThat(buckets.size()).isEqualTo(3);
    assertThat(take(store, limit, "a", 1).granted()).isFalse();

    timers.advance(Duration.ofSeconds(2));
    assertThat(take(store, limit, "new", 2).granted()).as("full buckets make room").isTrue();
    assertThat(buckets.size()).isEqualTo(1);
  }

  @Test
  @DisplayName("BI-30: a million keys take no more memory than the cap allows")
  void aMillionKeysStayWithinTheCap() {
    Limit limit = limit("l", 1, 1);
    Buckets buckets = buckets(limit);
    MemoryCounterStore store = new MemoryCounterStore(Map.of(limit, buckets));
    take(store, limit, "known", 1);
    for (int i = 0; i < 1_000_000; i++) {
      take(store, limit, "k" + i, 1);
    }
    assertThat(buckets.size()).isEqualTo(10_000);
    assertThat(take(store, limit, "known", 1).granted()).isFalse();
  }

  @Test
  void longKeysAreKeptAsDigests() {
    assertThat(Buckets.name("x".repeat(100_000))).hasSizeLessThan(100);
    assertThat(Buckets.name("x".repeat(200))).isNotEqualTo(Buckets.name("x".repeat(201)));
    assertThat(Buckets.name("short")).isEqualTo("short");
  }

  @Test
  void debtIsChargedEvenWhenTheBucketWasDroppedMeanwhile() {
    Limit limit = new Limit("l", 10, 10, SECOND, 1);
    Buckets buckets = buckets(limit);
    MemoryCounterStore store = new MemoryCounterStore(Map.of(limit, buckets));
    Reservation first = store.take(List.of(new Claim(limit, "a", 1, 0))).reservations().getFirst();
    timers.advance(SECOND);
    take(store, limit, "b", 1); // drops a's bucket, which is full
    assertThat(buckets.size()).isEqualTo(1);
    timers.advance(SECOND);
    store.settle(first, 12);
    assertThat(store.peek(limit, "a").remaining()).isEqualTo(-2);
  }

  @Test
  @DisplayName("RL-6: what is left changes in proportion to the capacity")
  void whatIsLeftChangesInProportion() {
    Limit limit = limit("l", 10, 5);
    Buckets buckets = buckets(limit);
    MemoryCounterStore store = new MemoryCounterStore(Map.of(limit, buckets));
    take(store, limit, "half", 5);
    Reservation reservation = take(store, limit, "debt", 10).reservations().getFirst();
    store.settle(reservation, 20);
    Buckets.STATE.adapt(buckets, definition(limit), definition(limit("l", 100, 5)));
    assertThat(store.peek(limit, "half").remaining()).isEqualTo(50);
    assertThat(store.peek(limit, "debt").remaining()).isEqualTo(-100);
    assertThat(store.peek(limit, "new").remaining()).isEqualTo(100);
    Buckets.STATE.adapt(buckets, definition(limit("l", 100, 5)), definition(limit));
    assertThat(store.peek(limit, "half").remaining()).isEqualTo(5);
  }

  @Test
  @DisplayName("BI-31: only the monotonic clock counts, and threads that read it late do no harm")
  void aLateThreadFillsNothingTwice() {
    Bucket.Shape shape = new Bucket.Shape(10, 1, 1_000);
    Bucket bucket = new Bucket(0, 0);
    assertThat(bucket.take(shape, 5_000, 1, 1)).isEqualTo(Bucket.Taken.GRANTED);
    assertThat(bucket.take(shape, 3_000, 1, 1)).isEqualTo(Bucket.Taken.GRANTED);
    assertThat(bucket.tokens(shape, 5_000)).isEqualTo(3);
  }

  @Test
  void thingsOfOtherStoresAreRefused() {
    MemoryCounterStore store = store(limit("l", 1, 1));
    assertThatThrownBy(() -> store.settle(() -> 1, 0)).hasMessageContaining("of this store");
    assertThatThrownBy(() -> store.peek(limit("other", 1, 1), ""))
        .hasMessageContaining("of this store");
  }

  @Test
  void realTimeFillsToo() {
    Limit limit = new Limit("l", 3, 3, Duration.ofMillis(1), 10);
    Buckets buckets = new Buckets(definition(limit), Timers.system());
    MemoryCounterStore store = new MemoryCounterStore(Map.of(limit, buckets));
    int granted = 0;
    while (granted < 10) {
      granted += take(store, limit, "", 1).granted() ? 1 : 0;
    }
    assertThat(store.peek(limit, "").capacity()).isEqualTo(3);
  }

  private static void inParallel(int threads, Runnable work)
      throws InterruptedException, ExecutionException {
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(executor.submit(work));
      }
      for (Future<?> future : running) {
        future.get();
      }
    }
  }
}
