package dev.postern.core.upstream;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import okhttp3.ConnectionPool;
import okhttp3.internal.concurrent.TaskRunner;
import okhttp3.internal.connection.ConnectionListener;

/*
 * OkHttp wakes a thread to look for connections to close each time a call gives one back, which costs
 * more than the rest of the call. Here the same clean-up runs once a second at most: waking is
 * ignored, and the thread that waits looks by itself. The constructors used are OkHttp's internal
 * ones; with another OkHttp on the class path its ordinary pools serve.
 */
final class QuietPools {
  private static final long LOOK_MILLIS = 1000;

  private QuietPools() {}

  static ConnectionPool create(int idle, Duration keepAlive) {
    try {
      return Quiet.create(idle, keepAlive);
    } catch (LinkageError e) {
      return new ConnectionPool(idle, keepAlive.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** Holds what may not be there. */
  private static final class Quiet implements TaskRunner.Backend {
    private static final TaskRunner RUNNER =
        new TaskRunner(new Quiet(), Logger.getLogger(QuietPools.class.getName()));
    private static final ConnectionListener NONE = new ConnectionListener() {};

    static ConnectionPool create(int idle, Duration keepAlive) {
      return new ConnectionPool(idle, keepAlive.toNanos(), TimeUnit.NANOSECONDS, RUNNER, NONE);
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public void coordinatorNotify(TaskRunner runner) {}

    @Override
    @SuppressWarnings("WaitNotInLoop") // the loop is in the task runner, whose lock is held here
    public void coordinatorWait(TaskRunner runner, long nanos) {
      try {
        runner.wait(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public <T> BlockingQueue<T> decorate(BlockingQueue<T> queue) {
      return queue;
    }

    @Override
    public void execute(TaskRunner runner, Runnable runnable) {
      Thread thread = new Thread(runnable, "postern-connections");
      thread.setDaemon(true);
      thread.start();
    }
  }
}
