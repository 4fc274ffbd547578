package dev.postern.core.upstream;

import dev.postern.core.exchange.Timers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Alternatives of equal worth, in groups of falling priority: the endpoints of a backend, the
 * providers of a model. Knows their health and chooses among them.
 *
 * <p>The first group with an active member serves. Within it, two are drawn and the better one is
 * taken ("power of two choices": Mitzenmacher, 2001); that evens the load nearly as well as looking
 * at all of them, and does not send everybody to the same one. A retry prefers members that were
 * not tried yet, if need be of a later group. If all are evicted, evicted ones serve rather than
 * none. Safe for concurrent use; choosing takes no lock.
 *
 * @param <T> what is chosen, with equality, by which health survives a change of the set
 */
public final class EndpointSet<T> {
  private final Function<T, EndpointHealth> healths;
  private final Timers timers;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ReentrantLock changing = new ReentrantLock();
  private volatile List<List<Member<T>>> groups = List.of();

  /** Creates a set of these groups; empty groups are skipped. */
  public EndpointSet(
      List<? extends Collection<T>> groups,
      Timers timers,
      InstantSource clock,
      RandomGenerator random) {
    this(groups, added -> new EndpointHealth(), timers, clock, random);
  }

  /**
   * Creates a set of these groups whose members may stand in other sets too.
   *
   * @param healths gives the health of a member that is added
   */
  public EndpointSet(
      List<? extends Collection<T>> groups,
      Function<T, EndpointHealth> healths,
      Timers timers,
      InstantSource clock,
      RandomGenerator random) {
    this.healths = healths;
    this.timers = timers;
    this.clock = clock;
    this.random = random;
    adapt(groups);
  }

  /** Replaces the members. Those that stay keep their health. */
  public void adapt(List<? extends Collection<T>> newGroups) {
    changing.lock();
    try {
      Map<T, Member<T>> known = new HashMap<>();
      groups.forEach(group -> group.forEach(member -> known.put(member.target, member)));
      List<List<Member<T>>> adapted = new ArrayList<>();
      for (Collection<T> group : newGroups) {
        List<Member<T>> members = new ArrayList<>(group.size());
        for (T target : group) {
          members.add(
              known.computeIfAbsent(target, added -> new Member<>(added, healths.apply(added))));
        }
        if (!members.isEmpty()) {
          adapted.add(List.copyOf(members));
        }
      }
      groups = List.copyOf(adapted);
    } finally {
      changing.unlock();
    }
  }

  /**
   * Chooses a member and counts a request for it as under way, until {@link Choice#end}.
   *
   * @param tried members that were tried for this request
   * @param panic whether evicted members may serve when no other is left
   * @return the choice, or null when there is none
   */
  public @Nullable Choice<T> choose(Collection<T> tried, boolean panic) {
    return choose(tried, panic, null);
  }

  /**
   * Chooses a member as {@link #choose(Collection, boolean)} does, but of those that may serve the
   * one that ranks highest.
   *
   * @param ranking gives the rank of a member, or null to choose by health and load
   */
  public @Nullable Choice<T> choose(
      Collection<T> tried, boolean panic, @Nullable ToDoubleFunction<? super T> ranking) {
    long now = timers.nanoTime();
    Member<T> chosen = choose(tried, now, false, false, ranking);
    if (chosen == null && !tried.isEmpty()) {
      chosen = choose(tried, now, true, false, ranking);
    }
    if (chosen == null && panic) {
      chosen = choose(tried, now, false, true, ranking);
    }
    if (chosen == null && panic && !tried.isEmpty()) {
      chosen = choose(tried, now, true, true, ranking);
    }
    return chosen == null ? null : new Choice<>(chosen.target, chosen.health);
  }

  private @Nullable Member<T> choose(
      Collection<T> tried,
      long now,
      boolean alsoTried,
      boolean alsoEvicted,
      @Nullable ToDoubleFunction<? super T> ranking) {
    for (List<Member<T>> group : groups) {
      if (ranking != null) {
        Member<T> first = first(group, ranking, tried, now, alsoTried, alsoEvicted);
        if (first != null) {
          return first;
        }
        continue;
      }
      int eligible = 0;
      for (Member<T> member : group) {
        if (eligible(member, tried, now, alsoTried, alsoEvicted)) {
          eligible++;
        }
      }
      if (eligible > 0) {
        Member<T> one = nth(group, random.nextInt(eligible), tried, now, alsoTried, alsoEvicted);
        if (eligible == 1) {
          return one;
        }
        Member<T> two = nth(group, random.nextInt(eligible), tried, now, alsoTried, alsoEvicted);
        return two.health.score() > one.health.score() ? two : one;
      }
    }
    return null;
  }

  private static <T> @Nullable Member<T> first(
      List<Member<T>> group,
      ToDoubleFunction<? super T> ranking,
      Collection<T> tried,
      long now,
      boolean alsoTried,
      boolean alsoEvicted) {
    Member<T> first = null;
    double highest = 0;
    for (Member<T> member : group) {
      if (eligible(member, tried, now, alsoTried, alsoEvicted)) {
        double rank = ranking.applyAsDouble(member.target);
        if (first == null || rank > highest) {
          first = member;
          highest = rank;
        }
      }
    }
    return first;
  }

  private static <T> Member<T> nth(
      List<Member<T>> group,
      int index,
      Collection<T> tried,
      long now,
      boolean alsoTried,
      boolean alsoEvicted) {
    int left = index;
    Member<T> last = group.getFirst();
    for (Member<T> member : group) {
      if (eligible(member, tried, now, alsoTried, alsoEvicted)) {
        last = member;
        if (left-- == 0) {
          break;
        }
      }
    }
    // When one was evicted meanwhile there are fewer than counted: the last one then.
    return last;
  }

  private static <T> boolean eligible(
      Member<T> member, Collection<T> tried, long now, boolean alsoTried, boolean alsoEvicted) {
    return (alsoEvicted || !member.health.evicted(now))
        && (alsoTried || tried.isEmpty() || !tried.contains(member.target));
  }

  /**
   * Notes how an attempt went, and evicts its member if the rules say so.
   *
   * @param backoff the pause before another attempt, or zero
   * @return whether the member was evicted
   */
  public boolean settle(
      Choice<T> choice, HealthResult result, HealthRules rules, Duration backoff) {
    EndpointHealth health = choice.health();
    if (!result.unhealthy()) {
      health.succeeded(result);
      return false;
    }
    double healthBefore = health.health();
    int failuresBefore = health.failed(result);
    return rules.evictsAt(failuresBefore, healthBefore) && evict(choice, result, rules, backoff);
  }

  /** Evictions come one after the other, so that no more go than may. */
  private boolean evict(
      Choice<T> choice, HealthResult result, HealthRules rules, Duration backoff) {
    changing.lock();
    try {
      long now = timers.nanoTime();
      EndpointHealth health = choice.health();
      // Of many requests that fail together the first evicts; the others change nothing.
      if (health.evicted(now) || !mayGo(choice.target(), now, rules.maxEjectionPercent())) {
        return false;
      }
      Duration time = rules.time(result, health.ejections(), backoff, clock.instant());
      health.evict(now + time.toNanos(), rules.restoreHealth());
      return true;
    } finally {
      changing.unlock();
    }
  }

  private boolean mayGo(T target, long now, int percent) {
    for (List<Member<T>> group : groups) {
      boolean within = false;
      int out = 0;
      for (Member<T> member : group) {
        within |= member.target.equals(target);
        out += member.health.evicted(now) ? 1 : 0;
      }
      if (within) {
        return out < Math.max(1, group.size() * percent / 100);
      }
    }
    return false;
  }

  /** Returns what is known of the members, in order; for statistics. */
  public List<Status<T>> status() {
    long now = timers.nanoTime();
    return groups.stream()
        .flatMap(List::stream)
        .map(member ->
            new Status<>(
                member.target,
                member.health,
                member.health.evicted(now)
                    ? Duration.ofNanos(member.health.evictedUntilNanos() - now)
                    : Duration.ZERO))
        .toList();
  }

  /**
   * What is known of one member.
   *
   * @param evictedFor how long it is still out; zero when it is active
   */
  public record Status<T>(T target, EndpointHealth health, Duration evictedFor) {}

  private record Member<T>(T target, EndpointHealth health) {}
}
