package dev.postern.core.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of names, asked for again at a fixed interval.
 *
 * <p>The JVM does not tell how long an answer is valid, hence the interval. While the resolver
 * fails, the last good answer serves on for a while; a name that never had one fails fast for a
 * moment. The resolver runs on threads of its own, so that a caller can stop waiting.
 */
final class CachingDns {
  private static final long STALE_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final long NEGATIVE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int NAMES = 1000;

  private final AddressResolver resolver;
  private final Timers timers;
  private final long refreshNanos;
  private final Cache<String, Name> names = Caffeine.newBuilder().maximumSize(NAMES).build();

  CachingDns(AddressResolver resolver, Timers timers, Duration refresh) {
    this.resolver = resolver;
    this.timers = timers;
    this.refreshNanos = refresh.toNanos();
  }

  /**
   * Waits until the addresses of {@code host} are known, or are known not to be found; until the
   * scope is called off, and ten seconds at the longest.
   */
  void await(String host, Scope scope) {
    names.get(host, Name::new).await(scope);
  }

  /**
   * Returns what is known of {@code host} without asking or waiting.
   *
   * @throws UnknownHostException if no addresses are known
   */
  List<InetAddress> known(String host) throws UnknownHostException {
    Name name = names.getIfPresent(host);
    Answer answer = name == null ? null : name.answer;
    if (answer == null) {
      throw new UnknownHostException(host + ": no answer in time");
    }
    return answer.addresses(host);
  }

  /** What is known of one name, and the question under way. */
  private final class Name {
    private final String host;
    private final AtomicReference<@Nullable CompletableFuture<Void>> asking =
        new AtomicReference<>();
    private volatile @Nullable Answer answer;

    Name(String host) {
      this.host = host;
    }

    void await(Scope scope) {
      Answer known = answer;
      long now = timers.nanoTime();
      if (known != null
          && now - known.askedNanos < (known.failed ? NEGATIVE_NANOS : refreshNanos)) {
        return;
      }
      CompletableFuture<Void> answered = ask();
      // In the interval after its own an answer is still served, so that nobody waits for the next.
      if (known == null || known.failed || now - known.goodNanos > 2 * refreshNanos) {
        CachingDns.await(answered, scope);
      }
    }

    private CompletableFuture<Void> ask() {
      CompletableFuture<Void> mine = new CompletableFuture<>();
      CompletableFuture<Void> other = asking.compareAndExchange(null, mine);
      if (other != null) {
        return other;
      }
      Thread.ofVirtual().name("postern-dns").start(() -> resolve(mine));
      return mine;
    }

    private void resolve(CompletableFuture<Void> answered) {
      try {
        answer = answer(resolver.resolve(host));
      } catch (UnknownHostException | RuntimeException e) {
        answer = failure();
      } finally {
        asking.set(null);
        answered.complete(null);
      }
    }

    private Answer answer(List<InetAddress> addresses) {
      long now = timers.nanoTime();
      return addresses.isEmpty() ? failure() : new Answer(List.copyOf(addresses), now, now, false);
    }

    private Answer failure() {
      Answer last = answer;
      long now = timers.nanoTime();
      return last != null && now - last.goodNanos < STALE_NANOS
          ? new Answer(last.addresses, last.goodNanos, now, true)
          : new Answer(List.of(), now, now, true);
    }
  }

  private static void await(CompletableFuture<Void> answered, Scope scope) {
    CountDownLatch over = new CountDownLatch(1);
    CompletableFuture<Void> woken = answered.thenRun(over::countDown);
    try (Scope.Registration registration = scope.onCancel(over::countDown)) {
      over.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      woken.cancel(false);
    }
  }

  /**
   * The last answer of the resolver.
   *
   * @param goodNanos when the addresses came from the resolver
   * @param askedNanos when the resolver was asked last
   * @param failed whether it failed then
   */
  private record Answer(
      List<InetAddress> addresses, long goodNanos, long askedNanos, boolean failed) {
    List<InetAddress> addresses(String host) throws UnknownHostException {
      if (addresses.isEmpty()) {
        throw new UnknownHostException(host + ": no addresses");
      }
      return addresses;
    }
  }
}
