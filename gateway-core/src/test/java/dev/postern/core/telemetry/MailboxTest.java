package dev.postern.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MailboxTest {
  private final List<Integer> received = new ArrayList<>();
  private final AtomicLong dropped = new AtomicLong();

  @Test
  void deliversInOrder() {
    try (Mailbox<Integer> mailbox = mailbox(10_000)) {
      IntStream.range(0, 5000).forEach(mailbox::send);
    }

    assertThat(received).isEqualTo(IntStream.range(0, 5000).boxed().toList());
  }

  @Test
  void deliversWithoutBeingClosedAlsoAfterARest() throws InterruptedException {
    BlockingQueue<Integer> arrived = new LinkedBlockingQueue<>();
    try (Mailbox<Integer> mailbox =
        new Mailbox<>("test", 10, arrived::addAll, dropped::addAndGet)) {
      for (int i = 0; i < 20; i++) {
        mailbox.send(i);
        assertThat(arrived.poll(10, TimeUnit.SECONDS)).isEqualTo(i);
      }
    }
  }

  @Test
  @DisplayName("20 log and metric sinks: what does not fit is dropped and counted")
  void dropsTheNewestWhenFullAndCountsThem() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Mailbox<Integer> mailbox =
        new Mailbox<>(
            "test",
            100,
            batch -> {
              busy.countDown();
              await(goOn);
              received.addAll(batch);
            },
            dropped::addAndGet);
    mailbox.send(-1);
    busy.await();
    IntStream.range(0, 150).forEach(mailbox::send);
    goOn.countDown();
    mailbox.close();

    assertThat(dropped).hasValue(50);
    assertThat(received).isEqualTo(IntStream.range(-1, 100).boxed().toList());
  }

  @Test
  void losesNothingWhenSendersAndCloseRace() throws InterruptedException {
    for (int round = 0; round < 50; round++) {
      received.clear();
      Mailbox<Integer> mailbox = mailbox(100_000);
      CountDownLatch go = new CountDownLatch(1);
      List<Thread> senders = new ArrayList<>();
      for (int sender = 0; sender < 4; sender++) {
        senders.add(
            Thread.ofVirtual()
                .start(() -> {
                  await(go);
                  IntStream.range(0, 500).forEach(mailbox::send);
                }));
      }
      go.countDown();
      mailbox.close();
      for (Thread sender : senders) {
        sender.join();
      }

      assertThat(received).hasSize(2000);
    }
    assertThat(dropped).hasValue(0);
  }

  @Test
  void goesOnAfterAFailureOfTheReceiver() {
    Mailbox<Integer> mailbox =
        new Mailbox<>(
            "test",
            10,
            batch -> {
              if (batch.contains(1)) {
                throw new IllegalStateException("expected by this test");
              }
              received.addAll(batch);
            },
            dropped::addAndGet);
    mailbox.close();
    mailbox.send(1);
    mailbox.send(2);

    assertThat(received).containsExactly(2);
  }

  private Mailbox<Integer> mailbox(int capacity) {
    return new Mailbox<>("test", capacity, received::addAll, dropped::addAndGet);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
