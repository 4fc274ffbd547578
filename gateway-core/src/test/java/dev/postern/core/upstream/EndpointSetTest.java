package dev.postern.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EndpointSetTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final HealthResult FAILURE = HealthResult.failure(1);
  private static final HealthResult SUCCESS = response(200);

  private final ManualTimers timers = new ManualTimers();
  private final Random random = new Random(1);

  @SafeVarargs
  private EndpointSet<String> set(List<String>... groups) {
    return new EndpointSet<>(
        List.of(groups), timers, () -> Instant.parse("2026-03-01T12:00:00Z"), random);
  }

  private static HealthResult response(int status, String... headers) {
    Headers lines = Headers.of(headers);
    return new HealthResult(status >= 500 || status == 429, status, lines, 1_000_000);
  }

  private static HealthRules evicting(@Nullable Duration duration) {
    return rules(duration, null, null, 100, false);
  }

  private static HealthRules rules(
      @Nullable Duration duration,
      @Nullable Integer failures,
      @Nullable Double threshold,
      int percent,
      boolean serverFirst) {
    return new HealthRules(
        true, duration, failures, threshold, 0.5, percent, Duration.ofMinutes(5), serverFirst);
  }

  private boolean settle(
      EndpointSet<String> set, String target, HealthResult result, HealthRules rules) {
    List<String> others = new ArrayList<>();
    set.status().forEach(status -> others.add(status.target()));
    others.remove(target);
    Choice<String> choice = set.choose(others, true);
    assertThat(choice.target()).isEqualTo(target);
    choice.end();
    return set.settle(choice, result, rules, Duration.ZERO);
  }

  private static Duration evictedFor(EndpointSet<String> set, String target) {
    return status(set, target).evictedFor();
  }

  private static EndpointSet.Status<String> status(EndpointSet<String> set, String target) {
    return set.status().stream().filter(s -> s.target().equals(target)).findFirst().orElseThrow();
  }

  private Map<String, Integer> draws(EndpointSet<String> set, int count, String... tried) {
    Map<String, Integer> draws = new HashMap<>();
    for (int i = 0; i < count; i++) {
      Choice<String> choice = set.choose(List.of(tried), true);
      choice.end();
      draws.merge(choice.target(), 1, Integer::sum);
    }
    return draws;
  }

  @Test
  void hasNothingToChooseWithoutMembers() {
    assertThat(set(List.of()).choose(List.of(), true)).isNull();
  }

  @Test
  void spreadsRequestsOverEqualMembers() {
    Map<String, Integer> draws = draws(set(List.of("a", "b", "c")), 3000);

    assertThat(draws.values()).allSatisfy(count -> assertThat(count).isBetween(800, 1200));
  }

  @Test
  void prefersTheHealthierOfTwo() {
    EndpointSet<String> set = set(List.of("a", "b"));
    settle(set, "a", FAILURE, HealthRules.SCORE_ONLY);

    // Both draws hit "a" once in four times.
    assertThat(draws(set, 4000).get("a")).isBetween(850, 1150);
  }

  @Test
  void prefersTheFasterAndLessBusyOfTwo() {
    EndpointSet<String> set = set(List.of("a", "b"));
    settle(set, "a", new HealthResult(false, 200, Headers.EMPTY, 100_000_000), evicting(null));
    settle(set, "b", new HealthResult(false, 200, Headers.EMPTY, 90_000_000), evicting(null));
    assertThat(draws(set, 4000).get("b")).isGreaterThan(2500);

    for (int i = 0; i < 20; i++) {
      set.choose(List.of("a"), true);
    }
    assertThat(draws(set, 4000).get("b")).isLessThan(1500);
  }

  @Test
  void scoresByHealthLatencyAndRequestsUnderWay() {
    EndpointSet<String> set = set(List.of("a"));
    settle(set, "a", new HealthResult(true, 500, Headers.EMPTY, 1_000_000_000), evicting(null));
    set.choose(List.of(), true);

    EndpointHealth health = status(set, "a").health();
    assertThat(health.health()).isCloseTo(0.7, within(1e-9));
    assertThat(health.latencySeconds()).isCloseTo(0.3, within(1e-9));
    assertThat(health.pending()).isEqualTo(1);
    assertThat(health.score()).isCloseTo(0.7 / (1 + 0.3 * 1.1), within(1e-9));
  }

  @Test
  void countsARequestAsEndedOnce() {
    EndpointSet<String> set = set(List.of("a"));
    Choice<String> choice = set.choose(List.of(), true);
    choice.end();
    choice.end();

    assertThat(choice.health().pending()).isZero();
  }

  @Test
  void usesTheFirstGroupThatIsActive() {
    EndpointSet<String> set = set(List.of("a"), List.of("b"));
    assertThat(draws(set, 10)).containsOnlyKeys("a");

    settle(set, "a", FAILURE, evicting(SECOND));
    assertThat(draws(set, 10)).containsOnlyKeys("b");
  }

  @Test
  void prefersWhatWasNotTried() {
    EndpointSet<String> set = set(List.of("a", "b"), List.of("c"));

    assertThat(draws(set, 20, "a")).containsOnlyKeys("b");
    assertThat(draws(set, 20, "a", "b")).containsOnlyKeys("c");
    assertThat(draws(set, 20, "a", "b", "c")).containsOnlyKeys("a", "b");
  }

  @Test
  @DisplayName("20 health data: evicted endpoints serve only in panic")
  void fallsBackToEvictedMembersOnlyInPanic() {
    EndpointSet<String> set = set(List.of("a"));
    settle(set, "a", FAILURE, evicting(SECOND));

    assertThat(set.choose(List.of(), false)).isNull();
    assertThat(set.choose(List.of(), true)).isNotNull();
  }

  @Test
  void onlyLowersTheScoreWithoutEviction() {
    EndpointSet<String> set = set(List.of("a"));
    for (int i = 0; i < 10; i++) {
      assertThat(settle(set, "a", FAILURE, HealthRules.SCORE_ONLY)).isFalse();
    }

    assertThat(evictedFor(set, "a")).isZero();
    assertThat(status(set, "a").health().health()).isLessThan(0.1);
  }

  @Test
  void evictsAtOnceWithoutThresholds() {
    EndpointSet<String> set = set(List.of("a", "b"));

    assertThat(settle(set, "a", FAILURE, evicting(SECOND))).isTrue();
    assertThat(evictedFor(set, "a")).isEqualTo(SECOND);
  }

  @Test
  void evictsAtTheThirdFailureInARow() {
    EndpointSet<String> set = set(List.of("a"));
    HealthRules rules = rules(SECOND, 3, null, 100, false);

    assertThat(settle(set, "a", FAILURE, rules)).isFalse();
    assertThat(settle(set, "a", FAILURE, rules)).isFalse();
    settle(set, "a", SUCCESS, rules);
    assertThat(settle(set, "a", FAILURE, rules)).isFalse();
    assertThat(settle(set, "a", FAILURE, rules)).isFalse();
    assertThat(settle(set, "a", FAILURE, rules)).isTrue();
  }

  @Test
  void neverEvictsByACountThatIsNotPositive() {
    EndpointSet<String> set = set(List.of("a"));
    HealthRules rules = rules(SECOND, 0, null, 100, false);

    for (int i = 0; i < 5; i++) {
      assertThat(settle(set, "a", FAILURE, rules)).isFalse();
    }
  }

  @Test
  void evictsWhenTheHealthHadFallenBelowTheThreshold() {
    EndpointSet<String> set = set(List.of("a"));
    HealthRules rules = rules(SECOND, null, 0.5, 100, false);

    // 1, 0.7, 0.49
    assertThat(settle(set, "a", FAILURE, rules)).isFalse();
    assertThat(settle(set, "a", FAILURE, rules)).isFalse();
    assertThat(settle(set, "a", FAILURE, rules)).isTrue();
  }

  @Test
  void eitherThresholdSuffices() {
    EndpointSet<String> set = set(List.of("a"));
    HealthRules rules = rules(SECOND, 2, 0.1, 100, false);

    assertThat(settle(set, "a", FAILURE, rules)).isFalse();
    assertThat(settle(set, "a", FAILURE, rules)).isTrue();
  }

  @Test
  void takesAMemberBackWithSomeHealth() {
    EndpointSet<String> set = set(List.of("a"));
    settle(set, "a", FAILURE, evicting(SECOND));
    timers.advance(SECOND);

    assertThat(set.choose(List.of(), false)).isNotNull();
    assertThat(status(set, "a").health().health()).isEqualTo(0.5);
    assertThat(status(set, "a").health().consecutiveFailures()).isZero();
  }

  @Test
  void staysOutLongerEachTimeUntilASuccess() {
    EndpointSet<String> set = set(List.of("a"));
    settle(set, "a", FAILURE, evicting(SECOND));
    timers.advance(SECOND);
    settle(set, "a", FAILURE, evicting(SECOND));
    assertThat(evictedFor(set, "a")).isEqualTo(SECOND.multipliedBy(2));

    timers.advance(SECOND.multipliedBy(2));
    settle(set, "a", SUCCESS, evicting(SECOND));
    settle(set, "a", FAILURE, evicting(SECOND));
    assertThat(evictedFor(set, "a")).isEqualTo(SECOND);
  }

  @Test
  void staysOutNoLongerThanTheMaximum() {
    EndpointSet<String> set = set(List.of("a"));
    settle(set, "a", FAILURE, evicting(Duration.ofHours(1)));

    assertThat(evictedFor(set, "a")).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void doesNotAddUpFailuresOfRequestsThatRanTogether() {
    EndpointSet<String> set = set(List.of("a"));
    settle(set, "a", FAILURE, evicting(SECOND));

    assertThat(settle(set, "a", FAILURE, evicting(SECOND))).isFalse();
    assertThat(evictedFor(set, "a")).isEqualTo(SECOND);
    assertThat(status(set, "a").health().ejections()).isEqualTo(1);
  }

  @Test
  void takesTheTimeFromA429WhenNoneIsConfigured() {
    EndpointSet<String> set = set(List.of("a", "b"));
    settle(set, "a", response(429, "retry-after", "20"), evicting(null));
    settle(set, "b", response(503, "retry-after", "20"), evicting(null));

    assertThat(evictedFor(set, "a")).isEqualTo(Duration.ofSeconds(20));
    assertThat(evictedFor(set, "b")).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void prefersTheConfiguredTimeUnlessTheServerComesFirst() {
    EndpointSet<String> set = set(List.of("a", "b", "c"));
    settle(set, "a", response(429, "retry-after", "20"), evicting(SECOND));
    settle(set, "b", response(529, "retry-after", "20"), rules(SECOND, null, null, 100, true));
    settle(set, "c", response(500, "retry-after", "20"), rules(SECOND, null, null, 100, true));

    assertThat(evictedFor(set, "a")).isEqualTo(SECOND);
    assertThat(evictedFor(set, "b")).isEqualTo(Duration.ofSeconds(20));
    assertThat(evictedFor(set, "c")).isEqualTo(SECOND);
  }

  @Test
  void takesTheBackoffWhenNothingElseIsKnown() {
    EndpointSet<String> set = set(List.of("a"));
    Choice<String> choice = set.choose(List.of(), true);
    set.settle(choice, FAILURE, evicting(null), Duration.ofMillis(250));

    assertThat(evictedFor(set, "a")).isEqualTo(Duration.ofMillis(250));
  }

  @Test
  void evictsNoMoreThanTheShareButAlwaysOne() {
    EndpointSet<String> set = set(List.of("a", "b", "c", "d"));
    HealthRules half = rules(SECOND, null, null, 50, false);
    assertThat(settle(set, "a", FAILURE, half)).isTrue();
    assertThat(settle(set, "b", FAILURE, half)).isTrue();
    assertThat(settle(set, "c", FAILURE, half)).isFalse();

    EndpointSet<String> two = set(List.of("a", "b"));
    HealthRules none = rules(SECOND, null, null, 0, false);
    assertThat(settle(two, "a", FAILURE, none)).isTrue();
    assertThat(settle(two, "b", FAILURE, none)).isFalse();
  }

  @Test
  void keepsTheHealthOfMembersThatStay() {
    EndpointSet<String> set = set(List.of("a", "b"));
    settle(set, "a", FAILURE, evicting(SECOND));

    set.adapt(List.of(List.of("c"), List.of("a")));

    assertThat(evictedFor(set, "a")).isEqualTo(SECOND);
    assertThat(evictedFor(set, "c")).isZero();
    assertThat(draws(set, 10)).containsOnlyKeys("c");
    assertThat(set.status()).hasSize(2);
  }

  @Test
  void judgesResponsesByStatusAndGrpcStatus() {
    assertThat(HealthResult.of(GatewayResponse.of(500), 1).unhealthy()).isTrue();
    assertThat(HealthResult.of(GatewayResponse.of(429), 1).unhealthy()).isFalse();
    assertThat(
            HealthResult.of(GatewayResponse.of(200).withHeader("grpc-status", "14"), 1).unhealthy())
        .isTrue();
    assertThat(
            HealthResult.of(GatewayResponse.of(200).withHeader("grpc-status", "0"), 1).unhealthy())
        .isFalse();
  }
}
