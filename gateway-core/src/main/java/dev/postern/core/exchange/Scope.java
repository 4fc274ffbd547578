package dev.postern.core.exchange;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Owns work that is under way, so that it can be called off.
 *
 * <p>Upstream calls, waits and deadlines belong to a scope, not to a thread or an exchange: an
 * exchange has one, each of its attempts has a child of it, and so have a mirror, a session or a
 * background refresh. {@link #cancel} calls everything in the scope and its children off at once,
 * from any thread; a call that was waiting then throws the cause. {@link #close} ends a scope whose
 * work is done. Safe for concurrent use.
 */
public final class Scope implements AutoCloseable {
  private final Timers timers;
  private final @Nullable Scope parent;

  /** Hooks in no order; guarded by this. */
  private @Nullable Hook first;

  private volatile @Nullable GatewayException cause;
  private volatile boolean closed;
  private @Nullable Hook inParent;

  private Scope(Timers timers, @Nullable Scope parent) {
    this.timers = timers;
    this.parent = parent;
  }

  /** Returns a scope of its own. */
  public static Scope root(Timers timers) {
    return new Scope(requireNonNull(timers, "timers"), null);
  }

  /** Returns a scope that is cancelled with this one, or alone. */
  public Scope child() {
    Scope child = new Scope(timers, this);
    child.inParent = add(() -> child.cancel(requireNonNull(cause)));
    return child;
  }

  /** Returns the timers that deadlines in this scope run on. */
  public Timers timers() {
    return timers;
  }

  /** Returns whether the work was called off. */
  public boolean cancelled() {
    return cause != null;
  }

  /** Returns why the work was called off, or null. */
  public @Nullable GatewayException cause() {
    return cause;
  }

  /**
   * Returns if the work goes on.
   *
   * @throws GatewayException the cause, if it was called off
   */
  public void check() {
    GatewayException cause = this.cause;
    if (cause != null) {
      throw cause;
    }
  }

  /** Calls the work off. Only the first cause counts; does nothing after {@link #close}. */
  public void cancel(GatewayException cause) {
    cancel(cause, null);
  }

  private void cancel(GatewayException cause, @Nullable Deadline due) {
    requireNonNull(cause, "cause");
    Hook hooks;
    synchronized (this) {
      if (closed || this.cause != null || (due != null && due.disarmed)) {
        return;
      }
      this.cause = cause;
      hooks = first;
      first = null;
    }
    for (Hook hook = hooks; hook != null; hook = hook.next) {
      hook.action.run();
    }
  }

  /**
   * Runs {@code action} when the work is called off, at once if it already was. The action must not
   * block.
   */
  public Registration onCancel(Runnable action) {
    return add(action);
  }

  /**
   * Calls the work off after {@code after}, unless disarmed before. Once the registration is closed
   * it is decided: either {@link #cause} says that the time was over, or this deadline calls
   * nothing off any more, even if its timer is already running.
   *
   * @param cause makes the cause when the time has come
   */
  public Registration deadline(Duration after, Supplier<GatewayException> cause) {
    Deadline deadline = new Deadline(this, cause);
    deadline.timer = timers.schedule(after.toNanos(), deadline);
    return deadline;
  }

  /**
   * Waits for {@code duration}.
   *
   * @throws GatewayException the cause, as soon as the work is called off
   */
  public void sleep(Duration duration) {
    CountDownLatch over = new CountDownLatch(1);
    Timers.Timer timer = timers.schedule(duration.toNanos(), over::countDown);
    try (Registration registration = onCancel(over::countDown)) {
      awaitUninterruptibly(over);
    } finally {
      timer.cancel();
    }
    check();
  }

  private void awaitUninterruptibly(CountDownLatch over) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          if (over.await(1, TimeUnit.DAYS)) {
            return;
          }
        } catch (InterruptedException e) {
          // The thread's owner calls its work off: this is how a caller's thread cancels.
          interrupted = true;
          cancel(Reason.CANCELLED.exception("interrupted"));
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends the scope; its hooks never run any more. Children are not ended. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      first = null;
    }
    Hook inParent = this.inParent;
    if (parent != null && inParent != null) {
      inParent.close();
    }
  }

  private Hook add(Runnable action) {
    Hook hook = new Hook(this, requireNonNull(action, "action"));
    boolean late;
    synchronized (this) {
      late = cause != null;
      if (!late && !closed) {
        hook.linked = true;
        hook.next = first;
        if (first != null) {
          first.previous = hook;
        }
        first = hook;
      }
    }
    if (late) {
      action.run();
    }
    return hook;
  }

  private synchronized void remove(Hook hook) {
    if (!hook.linked || cause != null || closed) {
      return;
    }
    hook.linked = false;
    if (hook.next != null) {
      hook.next.previous = hook.previous;
    }
    if (hook.previous != null) {
      hook.previous.next = hook.next;
    } else {
      first = hook.next;
    }
  }

  /** Something that waits in a scope; closing it takes it out. */
  public interface Registration extends AutoCloseable {
    /** Takes it out; does nothing when it ran or was taken out before. */
    @Override
    void close();
  }

  private static final class Deadline implements Registration, Runnable {
    private final Scope scope;
    private final Supplier<GatewayException> cause;
    private Timers.@Nullable Timer timer;

    /** Guarded by the scope, so that it and the cause of the scope are never both set by this. */
    private boolean disarmed;

    Deadline(Scope scope, Supplier<GatewayException> cause) {
      this.scope = scope;
      this.cause = cause;
    }

    @Override
    public void run() {
      scope.cancel(cause.get(), this);
    }

    @Override
    public void close() {
      synchronized (scope) {
        disarmed = true;
      }
      if (timer != null) {
        timer.cancel();
      }
    }
  }

  private static final class Hook implements Registration {
    private final Scope scope;
    private final Runnable action;
    private boolean linked;
    private @Nullable Hook next;
    private @Nullable Hook previous;

    Hook(Scope scope, Runnable action) {
      this.scope = scope;
      this.action = action;
    }

    @Override
    public void close() {
      scope.remove(this);
    }
  }
}
