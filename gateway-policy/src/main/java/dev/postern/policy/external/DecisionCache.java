package dev.postern.policy.external;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.StateType;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/*
 * Decisions that may be used again, by what they depend on.
 *
 * For one key there is one call at a time: requests that come while it is under way wait for it, each
 * no longer than it waits for anything. If the one that called is called off itself, the others begin
 * anew; if what it got may not be used again, they ask for themselves.
 *
 * Shortly before a decision runs out, one request asks again while the others still use it. If that
 * fails, the decision stands until its time is over.
 *
 * Callers can invent keys, so what is kept is bounded by its size as well: few large decisions, or many
 * small ones.
 */
final class DecisionCache {
  private static final Duration LONGEST_AHEAD = Duration.ofSeconds(5);

  /** The bytes that are kept for each of the most entries, and at least for all. */
  private static final long BYTES_PER_ENTRY = 2048;

  private static final long LEAST_BYTES = 256 * 1024;

  private static final StateType<ExtAuthz, DecisionCache> STATE =
      new StateType<>() {
        @Override
        public DecisionCache create(ExtAuthz policy, GatewayContext context) {
          return new DecisionCache(context.timers(), entries(policy));
        }

        @Override
        public void adapt(DecisionCache cache, ExtAuthz before, ExtAuthz now) {
          cache.forget(entries(now));
        }

        private static int entries(ExtAuthz policy) {
          ExtAuthz.Cache cache = policy.cache();
          return cache == null ? 0 : cache.maxEntries();
        }
      };

  private final Timers timers;
  private final ConcurrentMap<CacheKey, Flight> flights = new ConcurrentHashMap<>();
  private volatile Cache<CacheKey, Entry> entries;

  DecisionCache(Timers timers, int maxEntries) {
    this.timers = timers;
    this.entries = empty(maxEntries);
  }

  /** Returns the decisions of a policy, which outlive configurations that do not change it. */
  static DecisionCache of(ExtAuthz policy, GatewayContext context) {
    return context.state(STATE, context.origin(), policy);
  }

  private static Cache<CacheKey, Entry> empty(int maxEntries) {
    long bytes = Math.max(maxEntries * BYTES_PER_ENTRY, LEAST_BYTES);
    long share = bytes / Math.max(maxEntries, 1);
    return Caffeine.newBuilder()
        .maximumWeight(bytes)
        .weigher((CacheKey key, Entry entry) -> (int) Math.max(share, entry.decision.size()))
        .executor(Runnable::run)
        .build();
  }

  private void forget(int maxEntries) {
    entries = empty(maxEntries);
  }

  /** Asks the service. */
  @FunctionalInterface
  interface Call {
    /**
     * Returns what the service decides.
     *
     * @throws CheckFailedException if it cannot
     * @throws IOException if the request fails by itself
     */
    Made make() throws IOException;
  }

  /**
   * A new decision.
   *
   * @param lifetime how long it may be used again; zero for not at all
   */
  record Made(Decision decision, Duration lifetime) {
    boolean kept() {
      return lifetime.isPositive();
    }
  }

  /**
   * Returns the decision for a key.
   *
   * @param scope of the request that needs it
   * @throws CheckFailedException if the service cannot decide
   * @throws IOException if the request fails by itself
   */
  Decision get(CacheKey key, Scope scope, Call call) throws IOException {
    while (true) {
      Entry entry = entries.getIfPresent(key);
      if (entry != null && entry.usable(timers.nanoTime())) {
        return entry.asksAgain(timers.nanoTime()) ? again(key, entry, call) : entry.decision;
      }
      Flight mine = new Flight();
      Flight other = flights.putIfAbsent(key, mine);
      if (other == null) {
        return lead(key, mine, call);
      }
      Made made = other.await(scope);
      if (made != null) {
        return made.kept() ? made.decision() : call.make().decision();
      }
    }
  }

  private Decision lead(CacheKey key, Flight mine, Call call) throws IOException {
    try {
      Entry entry = entries.getIfPresent(key);
      if (entry != null && entry.usable(timers.nanoTime())) {
        return entry.decision; // one that was under way came down just before
      }
      Made made = keep(key, call.make());
      mine.over.complete(made);
      return made.decision();
    } catch (CheckFailedException e) {
      mine.over.completeExceptionally(e);
      throw e;
    } finally {
      flights.remove(key, mine);
      mine.over.complete(null); // called off, unless it has come down
    }
  }

  private Decision again(CacheKey key, Entry entry, Call call) throws IOException {
    try {
      return keep(key, call.make()).decision();
    } catch (CheckFailedException e) {
      return entry.decision;
    } finally {
      entry.asking.set(false);
    }
  }

  private Made keep(CacheKey key, Made made) {
    if (made.kept()) {
      entries.put(key, new Entry(made, timers.nanoTime()));
    } else {
      entries.invalidate(key);
    }
    return made;
  }

  /** A decision in use. */
  private static final class Entry {
    final Decision decision;
    final AtomicBoolean asking = new AtomicBoolean();
    private final long end;
    private final long ahead;

    Entry(Made made, long now) {
      decision = made.decision();
      Duration tenth = made.lifetime().dividedBy(10);
      end = now + made.lifetime().toNanos();
      ahead = (tenth.compareTo(LONGEST_AHEAD) < 0 ? tenth : LONGEST_AHEAD).toNanos();
    }

    boolean usable(long now) {
      return end - now > 0;
    }

    /** Returns whether the caller is the one to ask again. */
    boolean asksAgain(long now) {
      return end - now <= ahead && asking.compareAndSet(false, true);
    }
  }

  /** A call that is under way. */
  private static final class Flight {
    final CompletableFuture<@Nullable Made> over = new CompletableFuture<>();

    /** Waits for the end; returns null if the one that called was called off. */
    @Nullable Made await(Scope scope) throws CheckFailedException {
      CompletableFuture<@Nullable Made> mine = over.copy();
      try (Scope.Registration left = scope.onCancel(() -> mine.complete(null))) {
        Made made = mine.get();
        scope.check();
        return made;
      } catch (ExecutionException e) {
        Throwable failure = e.getCause() == null ? e : e.getCause();
        throw new CheckFailedException(String.valueOf(failure.getMessage()), failure);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CheckFailedException("interrupted", e);
      }
    }
  }
}
