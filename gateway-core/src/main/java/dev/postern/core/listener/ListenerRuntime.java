package dev.postern.core.listener;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the listeners of one gateway share: event loops, one for each core, and the threads that run
 * exchanges. Starts nothing before the first listener opens. Safe for concurrent use.
 */
public final class ListenerRuntime implements AutoCloseable {
  private static final long CLOSE_SECONDS = 10;

  private final ExchangeExecutor choice;
  private final Timers timers;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Servers servers;
  private @Nullable ExecutorService pool;
  private @Nullable Executor executor;
  private boolean closed;

  private ListenerRuntime(ExchangeExecutor choice, Timers timers) {
    this.choice = requireNonNull(choice, "choice");
    this.timers = requireNonNull(timers, "timers");
  }

  /** Returns a runtime on the timers of the process. */
  public static ListenerRuntime create(ExchangeExecutor choice) {
    return create(choice, Timers.system());
  }

  /** Returns a runtime. */
  public static ListenerRuntime create(ExchangeExecutor choice, Timers timers) {
    return new ListenerRuntime(choice, timers);
  }

  Timers timers() {
    return timers;
  }

  /** Starts a task on a thread of its own; throws {@code RejectedExecutionException} at the cap. */
  Executor executor() {
    lock.lock();
    try {
      Executor known = executor;
      if (known == null) {
        known = choice.usesVirtualThreads() ? virtualThreads() : platformThreads(choice.cap());
        executor = known;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private static Executor virtualThreads() {
    Thread.Builder.OfVirtual threads = Thread.ofVirtual().name("postern-exchange");
    return task -> threads.start(task);
  }

  private Executor platformThreads(int cap) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            0,
            cap,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("postern-exchange-", 0).factory());
    pool = threads;
    return threads;
  }

  /** Runs {@code open} with the event loops, one at a time. */
  <T> T open(Opening<T> open) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("the listener runtime is closed");
      }
      Servers started = servers;
      if (started == null) {
        started = new Servers();
        servers = started;
      }
      return open.on(started);
    } finally {
      lock.unlock();
    }
  }

  /** Ends the event loops and the pool. Listeners that are still open are cut. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (servers != null) {
        servers.close();
        servers = null;
      }
      if (pool != null) {
        pool.shutdown();
        pool = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Opens something on the event loops. */
  interface Opening<T> {
    T on(Servers servers) throws IOException;
  }

  /** The one instance of Vert.x. */
  static final class Servers {
    private final GuardingTransport transport = new GuardingTransport();
    private final VertxInternal vertx;
    private final int loops;
    private final Set<InetSocketAddress> claimed = ConcurrentHashMap.newKeySet();
    private int anonymous;

    Servers() {
      loops = Runtime.getRuntime().availableProcessors();
      VertxOptions options =
          new VertxOptions()
              .setEventLoopPoolSize(loops)
              .setInternalBlockingPoolSize(1)
              // The watch over blocked threads writes to the console.
              .setBlockedThreadCheckInterval(TimeUnit.DAYS.toMillis(365))
              .setFileSystemOptions(
                  new FileSystemOptions()
                      .setClassPathResolvingEnabled(false)
                      .setFileCachingEnabled(false));
      vertx =
          (VertxInternal)
              Vertx.builder().with(options).withTransport(transport.forBuilder()).build();
    }

    VertxInternal vertx() {
      return vertx;
    }

    int loops() {
      return loops;
    }

    /** Returns a number that makes the servers of one bind share any free port. */
    int anyPort() {
      return - ++anonymous;
    }

    /** Claims an address; a second server on it would silently get a share of its connections. */
    void claim(InetSocketAddress address) throws BindException {
      if (!claimed.add(address)) {
        throw new BindException("Address already in use");
      }
    }

    void release(InetSocketAddress address) {
      claimed.remove(address);
    }

    void acceptor(@Nullable Acceptor acceptor) {
      transport.acceptor(acceptor);
    }

    private void close() {
      try {
        await(vertx.close());
      } catch (IOException e) {
        throw new IllegalStateException("the event loops did not end", e);
      }
    }

    static <T> T await(Future<T> future) throws IOException {
      try {
        return future
            .toCompletionStage()
            .toCompletableFuture()
            .get(CLOSE_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException cause) {
          throw cause;
        }
        throw new IOException(e.getCause());
      } catch (TimeoutException e) {
        throw new IOException("no answer from the event loop", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }
}
