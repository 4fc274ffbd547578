package dev.postern.policy.authn;

import dev.postern.core.HostBackend;
import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.Service;
import dev.postern.core.spi.StateType;
import dev.postern.core.telemetry.OutboundCall;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/*
 * The keys behind a URL.
 *
 * They are fetched when a configuration first names them, again when the answer said they are old,
 * and once more when a token names a key that is not among them: a rotation is seen by the first
 * token of the new key. Whoever sends tokens with invented key ids causes one fetch in ten seconds.
 *
 * There is never more than one fetch; requests that need its result wait for it, and not longer than
 * the place says. A fetch that fails changes nothing: the old keys stay in use until they are too
 * old, and the next fetch comes after a pause that grows.
 */
final class RemoteKeys implements KeySource, AutoCloseable {
  private static final Logger LOG = System.getLogger(RemoteKeys.class.getName());
  private static final StateType<Source, RemoteKeys> STATE =
      new StateType<>() {
        @Override
        public RemoteKeys create(Source source, GatewayContext context) {
          RemoteKeys keys =
              new RemoteKeys(
                  source.place(),
                  source.service(),
                  context.timers(),
                  context.clock(),
                  task -> Thread.ofVirtual().name("postern-jwks").start(task));
          keys.fetch();
          return keys;
        }

        @Override
        public void adapt(RemoteKeys keys, Source before, Source now) {
          keys.service = now.service();
        }

        @Override
        public void close(RemoteKeys keys) {
          keys.close();
        }
      };

  private static final long REFETCH_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(15);
  private static final long LONGEST_PAUSE = TimeUnit.MINUTES.toNanos(5);
  private static final int MOST_BYTES = 1 << 20;

  private final Place place;
  private final Timers timers;
  private final InstantSource clock;
  private final Executor threads;
  private final GatewayRequest request;

  /** The URL as logs show it; a query may hold a secret. */
  private final String label;

  private final AtomicReference<@Nullable Fetch> running = new AtomicReference<>();

  /** Of the configuration in use, which says how to connect. */
  private volatile Service service;

  private volatile @Nullable Held held;
  private volatile long lastStart;
  private volatile boolean fetched;
  private volatile long pause = FIRST_PAUSE;
  private volatile Timers.@Nullable Timer next;
  private volatile boolean closed;

  /**
   * Where keys are, and how they are fetched; equal places share their keys.
   *
   * @param url the URL
   * @param maxStale how long keys are used when newer ones cannot be fetched
   * @param timeout how long one fetch may take
   * @param policies what holds for the calls
   */
  record Place(String url, Duration maxStale, Duration timeout, PolicySet policies) {
    URI uri() {
      return URI.create(url);
    }

    /** Returns the server, as hosts are written. */
    HostBackend server() {
      return HostBackend.of(uri().getScheme() + "://" + uri().getRawAuthority());
    }
  }

  /** A place, and what fetches from it. */
  private record Source(Place place, Service service) {}

  /** Keys, and when they came. */
  private record Held(KeySet keys, long at) {}

  /** A fetch that is under way. */
  static final class Fetch {
    final CompletableFuture<Void> over = new CompletableFuture<>();
  }

  RemoteKeys(Place place, Service service, Timers timers, InstantSource clock, Executor threads) {
    this.place = place;
    this.service = service;
    this.threads = threads;
    this.timers = timers;
    this.clock = clock;
    URI uri = place.uri();
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    this.label = uri.getRawAuthority() + path;
    this.request =
        GatewayRequest.get(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
            .header("accept", "application/jwk-set+json, application/json")
            .build();
  }

  /**
   * Returns the keys at that place, which configurations share as long as one of them is used.
   *
   * @throws IllegalArgumentException if the policies of the place cannot work
   */
  static RemoteKeys of(Place place, GatewayContext context) {
    Service service = context.service(place.server(), place.policies(), OutboundCall.Kind.HTTP);
    return context.state(STATE, place, new Source(place, service));
  }

  @Override
  public @Nullable KeySet keys(Exchange exchange) {
    KeySet keys = current();
    if (keys == null) {
      await(running.get(), exchange);
      keys = current();
    }
    return keys;
  }

  private @Nullable KeySet current() {
    Held held = this.held;
    return held == null || timers.nanoTime() - held.at > place.maxStale().toNanos()
        ? null
        : held.keys;
  }

  @Override
  public KeySet newer(KeySet known, Exchange exchange) {
    if (known.equals(current())) {
      Fetch fetch = running.get();
      if (fetch == null && mayFetch()) {
        fetch = fetch();
      }
      await(fetch, exchange);
    }
    KeySet now = current();
    return now == null ? known : now;
  }

  private boolean mayFetch() {
    return !fetched || timers.nanoTime() - lastStart >= REFETCH_NANOS;
  }

  /** Waits until a fetch is over, the request is called off, or it took too long. */
  private void await(@Nullable Fetch fetch, Exchange exchange) {
    if (fetch == null) {
      return;
    }
    CompletableFuture<Void> over = fetch.over.copy();
    try (Scope.Registration left = exchange.scope().onCancel(() -> over.complete(null))) {
      over.get(place.timeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.log(Level.DEBUG, "{0} takes long", label);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.scope().check();
  }

  /** Starts a fetch unless one is under way; returns the one that is. */
  @Nullable Fetch fetch() {
    Fetch mine = new Fetch();
    if (closed || !running.compareAndSet(null, mine)) {
      return running.get();
    }
    lastStart = timers.nanoTime();
    fetched = true;
    threads.execute(() -> run(mine));
    return mine;
  }

  private void run(Fetch mine) {
    long wait;
    try (Scope scope = Scope.root(timers);
        Scope.Registration deadline =
            scope.deadline(place.timeout(), () -> Reason.TIMEOUT.exception("took too long"))) {
      wait = take(scope);
      pause = FIRST_PAUSE;
    } catch (IOException | RuntimeException e) {
      wait = pause;
      pause = Math.min(pause * 2, LONGEST_PAUSE);
      LOG.log(
          Level.WARNING,
          "keys of {0} cannot be fetched: {1}; {2}",
          label,
          String.valueOf(e.getMessage()),
          held == null ? "tokens are refused" : "the old ones stay in use");
    }
    running.set(null);
    mine.over.complete(null);
    later(wait);
  }

  private void later(long nanos) {
    Timers.Timer before = next;
    if (before != null) {
      before.cancel();
    }
    if (!closed) {
      next = timers.schedule(nanos, this::fetch);
    }
  }

  /** Fetches the keys; returns for how long they are fresh, in nanoseconds. */
  private long take(Scope scope) throws IOException {
    Exchange exchange = new Exchange(Connection.inProcess(), scope);
    return service.call(exchange, scope, request, this::read);
  }

  private long read(GatewayResponse response) throws IOException {
    if (response.status() != 200) {
      throw new IOException("status " + response.status());
    }
    KeySet keys = KeySet.read(response.body().readAll(MOST_BYTES));
    if (keys.skipped() > 0) {
      LOG.log(Level.INFO, "{0}: {1} keys skipped", label, keys.skipped());
    }
    held = new Held(keys, timers.nanoTime());
    return Freshness.of(response.headers(), clock).toNanos();
  }

  /** Fetches no more. */
  @Override
  public void close() {
    closed = true;
    Timers.Timer timer = next;
    if (timer != null) {
      timer.cancel();
    }
  }
}
