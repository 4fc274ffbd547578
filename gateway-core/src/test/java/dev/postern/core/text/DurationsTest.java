package dev.postern.core.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "100ms, PT0.1S, 100ms",
    "1.5s, PT1.5S, 1.5s",
    "1h30m, PT1H30M, 1h30m0s",
    "90s, PT1M30S, 1m30s",
    "3m, PT3M, 3m0s",
    "7d, PT168H, 168h0m0s",
    "0s, PT0S, 0s",
    "10ns, PT0.00000001S, 10ns",
    "3us, PT0.000003S, 3us",
    "3\u00b5s, PT0.000003S, 3us",
    "3\u03bcs, PT0.000003S, 3us",
    "1.0000015s, PT1.0000015S, 1.0000015s",
    ".5s, PT0.5S, 500ms",
    "1.s, PT1S, 1s",
    "0.0000000001s, PT0S, 0s",
    "100s10ms, PT1M40.01S, 1m40.01s",
    "1h0.5s, PT1H0.5S, 1h0m0.5s",
  })
  void readsGoSyntaxWithDaysAndPrintsOneSpelling(String text, Duration value, String printed) {
    assertThat(Durations.parse(text)).isEqualTo(value);
    assertThat(Durations.print(value)).isEqualTo(printed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "s", "1", "1 s", "1S", "1h-5m", "-1s", "+1s", "1e3s", "\u0661s", "1w"})
  void refusesEverythingElse(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Durations.parse(text))
        .withMessageStartingWith(
            "\"" + text + "\" (expected: a duration such as 100ms, 1.5s, 1h30m or 7d");
  }

  @Test
  void tellsHowAnIsoDurationIsWrittenHere() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Durations.parse("PT30S"))
        .withMessageEndingWith("; this is ISO-8601, write 30s)");
  }

  @Test
  void tellsThatABareNumberNeedsAUnit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Durations.parse("30"))
        .withMessageEndingWith("; a bare number has no unit, 30 seconds are 30s)");
  }

  @Test
  void refusesMoreThanALongOfNanosecondsHolds() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Durations.parse("106752d"))
        .withMessageEndingWith("; at most 106751d)");
    assertThatIllegalArgumentException().isThrownBy(() -> Durations.parse("9".repeat(5000) + "s"));
  }

  @Test
  void readsBackWhatItPrints() {
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      Duration duration = Duration.ofNanos(random.nextLong() >>> (1 + random.nextInt(62)));
      assertThat(Durations.parse(Durations.print(duration))).isEqualTo(duration);
    }
  }
}
