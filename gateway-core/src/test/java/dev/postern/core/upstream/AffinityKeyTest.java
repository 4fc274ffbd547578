package dev.postern.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AffinityKeyTest {
  private static final int KEYS = 20_000;

  private static String home(int key, Map<String, Double> weights) {
    AffinityKey hashed = AffinityKey.of("user-" + key);
    return weights.keySet().stream()
        .max(Comparator.comparingDouble(target -> hashed.rank(target, weights.get(target))))
        .orElseThrow();
  }

  private static Map<String, Integer> spread(Map<String, Double> weights) {
    Map<String, Integer> counts = new HashMap<>();
    for (int key = 0; key < KEYS; key++) {
      counts.merge(home(key, weights), 1, Integer::sum);
    }
    return counts;
  }

  @Test
  void keysAreSpreadEvenlyOverTargetsOfOneWeight() {
    Map<String, Integer> counts =
        spread(Map.of("a:80", 1.0, "b:80", 1.0, "c:80", 1.0, "d:80", 1.0));
    assertThat(counts).hasSize(4);
    assertThat(counts.values())
        .allSatisfy(count -> assertThat(count).isCloseTo(KEYS / 4, within(400)));
  }

  @Test
  void keysAreSpreadInProportionToTheWeights() {
    Map<String, Integer> counts = spread(Map.of("a:80", 1.0, "b:80", 2.0, "c:80", 5.0));
    assertThat(counts.get("a:80")).isCloseTo(KEYS / 8, within(300));
    assertThat(counts.get("b:80")).isCloseTo(KEYS / 4, within(400));
    assertThat(counts.get("c:80")).isCloseTo(KEYS * 5 / 8, within(500));
  }

  @Test
  void takingATargetAwayMovesItsOwnKeysOnly() {
    Map<String, Double> all = Map.of("a:80", 1.0, "b:80", 2.0, "c:80", 1.0);
    Map<String, Double> without = Map.of("a:80", 1.0, "c:80", 1.0);
    for (int key = 0; key < KEYS; key++) {
      String home = home(key, all);
      if (!home.equals("b:80")) {
        assertThat(home(key, without)).isEqualTo(home);
      }
    }
  }

  /** Gateways of other versions, on other machines, must agree: these are no accidents. */
  @Test
  void aKeyRanksTheSameEverywhere() {
    List<String> targets = new ArrayList<>(List.of("a:80", "b:80", "c:80", "d:80", "e:80"));
    AffinityKey key = AffinityKey.of("alice");
    targets.sort(Comparator.comparingDouble(target -> -key.rank(target, 1)));
    assertThat(targets).containsExactly("a:80", "e:80", "d:80", "c:80", "b:80");
  }

  @Test
  void neverTellsTheKey() {
    assertThat(AffinityKey.of("alice").toString()).isEqualTo("AffinityKey");
  }
}
