package dev.postern.core.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScopeTest {
  /** The tasks of all timers, which a test runs whenever it wants, cancelled or not. */
  private final List<Runnable> tasks = new ArrayList<>();

  private final Timers timers =
      new Timers() {
        @Override
        public Timer schedule(long nanos, Runnable task) {
          tasks.add(task);
          // As of a timer that was taken out of the wheel already, and is about to run.
          return () -> {};
        }

        @Override
        public long nanoTime() {
          return 0;
        }
      };

  private final Scope scope = Scope.root(timers);

  private Scope.Registration deadline() {
    return scope.deadline(Duration.ofSeconds(1), () -> Reason.TIMEOUT.exception("late"));
  }

  @Test
  void deadlineCallsTheWorkOff() {
    deadline();
    tasks.getFirst().run();
    assertThat(scope.cause()).hasMessage("late");
  }

  @Test
  void deadlineThatIsDisarmedWhileItsTimerRunsCallsNothingOff() {
    deadline().close();
    tasks.getFirst().run();
    assertThat(scope.cancelled()).isFalse();
  }

  @Test
  void disarmingOneDeadlineLeavesTheOthers() {
    deadline().close();
    scope.deadline(Duration.ofSeconds(2), () -> Reason.TIMEOUT.exception("later"));
    tasks.forEach(Runnable::run);
    assertThat(scope.cause()).hasMessage("later");
  }

  @Test
  void deadlineThatWasReachedStaysReached() {
    Scope.Registration deadline = deadline();
    tasks.getFirst().run();
    deadline.close();
    assertThat(scope.cause()).hasMessage("late");
  }
}
