package dev.postern.core.telemetry;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Carries items from many threads to one.
 *
 * <p>Sending never blocks. Items wait in a bounded queue; when it is full the newest is dropped and
 * counted. The receiving thread takes them in batches: while there is traffic it looks every few
 * milliseconds without being woken, since waking a thread costs the sender more than the rest of
 * sending; when there is none it sleeps until the next item.
 */
final class Mailbox<T> implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Mailbox.class.getName());
  private static final int BATCH = 512;
  private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final int capacity;
  private final Consumer<List<T>> receiver;
  private final LongConsumer dropped;
  private final Queue<T> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final ReentrantLock delivery = new ReentrantLock();
  private final Thread thread;
  private volatile boolean asleep;
  private volatile boolean closed;
  private volatile boolean finished;

  /**
   * Starts a mailbox.
   *
   * @param capacity the most items that wait
   * @param receiver takes items, by one thread at a time, in the order they were sent in
   * @param dropped takes how many items were dropped
   */
  Mailbox(String name, int capacity, Consumer<List<T>> receiver, LongConsumer dropped) {
    this.capacity = capacity;
    this.receiver = receiver;
    this.dropped = dropped;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    thread.start();
  }

  /** Puts an item into the queue, or drops it when that is full. */
  void send(T item) {
    int count = waiting.incrementAndGet();
    if (count > capacity) {
      waiting.decrementAndGet();
      dropped.accept(1);
      return;
    }
    queue.add(item);
    if (finished) {
      deliverAll();
    } else if (asleep || count == capacity / 2) {
      asleep = false;
      LockSupport.unpark(thread);
    }
  }

  /** Delivers what waits, then ends the thread; items sent later are delivered by their senders. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    boolean interrupted = Thread.interrupted();
    try {
      if (!thread.join(CLOSE_LIMIT)) {
        LOG.log(Level.WARNING, "{0} did not end in time: {1} items left", thread, waiting.get());
        dropped.accept(waiting.get());
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed) {
      deliverAll();
      LockSupport.parkNanos(PAUSE_NANOS);
      if (queue.isEmpty()) {
        asleep = true;
        if (queue.isEmpty() && !closed) {
          LockSupport.park();
        }
        asleep = false;
      }
    }
    deliverAll();
    // Whoever sends from now on delivers; whoever did before is delivered here.
    finished = true;
    deliverAll();
  }

  private void deliverAll() {
    delivery.lock();
    try {
      List<T> batch = new ArrayList<>();
      for (T item = queue.poll(); item != null; item = queue.poll()) {
        batch.add(item);
        if (batch.size() == BATCH) {
          deliver(batch);
        }
      }
      if (!batch.isEmpty()) {
        deliver(batch);
      }
    } finally {
      delivery.unlock();
    }
  }

  private void deliver(List<T> batch) {
    waiting.addAndGet(-batch.size());
    try {
      receiver.accept(batch);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, thread.getName() + " failed", e);
    }
    batch.clear();
  }
}
