package dev.postern.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelSetsTest {
  private static final Attributes OTHER = Labels.other(Labels.ROUTE);

  private final AtomicInteger folded = new AtomicInteger();
  private final LabelSets<Integer> sets =
      new LabelSets<>(
          100,
          key -> Attributes.of(Labels.ROUTE, "r" + key),
          key -> OTHER,
          folded::incrementAndGet);

  @Test
  void makesASetOnceAndKeepsIt() {
    assertThat(sets.get(1)).isEqualTo(Attributes.of(Labels.ROUTE, "r1"));
    assertThat(sets.get(1)).isSameAs(sets.get(1));
    assertThat(sets.get(2)).isEqualTo(Attributes.of(Labels.ROUTE, "r2"));
  }

  @Test
  void keepsWhatItHasWhenItIsFull() {
    IntStream.range(0, 200).forEach(sets::get);

    assertThat(folded).hasValue(100);
    assertThat(sets.get(99)).isEqualTo(Attributes.of(Labels.ROUTE, "r99"));
    assertThat(sets.get(100)).isSameAs(OTHER);
  }

  @Test
  void neverHasMoreThanItMayWithManyThreads() throws InterruptedException {
    Set<Attributes> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch done = new CountDownLatch(4);
    for (int thread = 0; thread < 4; thread++) {
      Thread.ofVirtual()
          .start(() -> {
            IntStream.range(0, 10_000).forEach(key -> seen.add(sets.get(key)));
            done.countDown();
          });
    }
    done.await();

    assertThat(seen).hasSizeBetween(98, 101).contains(OTHER);
  }
}
