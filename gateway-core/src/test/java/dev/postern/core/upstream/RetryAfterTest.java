package dev.postern.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.Headers;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Retry-After | 7 | 7000",
        "retry-after | 0.25 | 250",
        "Retry-After | Sun, 1 Mar 2026 12:00:30 GMT | 30000",
        "Retry-After | Sun, 01 Mar 2026 11:00:00 GMT | 0",
        "Retry-After | 0 | 0",
        "retry-after-ms | 1500 | 1500",
        "x-ratelimit-reset | 12 | 12000",
        "x-ratelimit-reset | 1772366410 | 10000",
        "x-ratelimit-reset | 1772366410000 | 10000",
        "x-ratelimit-reset-requests | 1m30s | 90000",
        "x-ratelimit-reset-tokens | 250ms | 250",
        "x-ratelimit-reset-tokens-minute | 33.5 | 33500",
        "x-ratelimit-reset-requests-day | 6h0m0s | 21600000",
        "anthropic-ratelimit-tokens-reset | 2026-03-01T12:01:00Z | 60000",
      })
  void readsHowLongToWait(String name, String value, long millis) {
    assertThat(RetryAfter.of(Headers.of(name, value), NOW)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "soon", "-1", "1e9", "NaN", "99999999999", "Mon, 99 Foo 2026", "1.2.3", "∞"})
  void ignoresWhatItCannotRead(String value) {
    Headers headers = Headers.of("retry-after", value, "x-ratelimit-reset", value);

    assertThat(RetryAfter.of(headers, NOW)).isNull();
  }

  @Test
  void takesTheSmallestTimeThatIsNotZero() {
    Headers headers =
        Headers.of(
            "retry-after", "20",
            "x-ratelimit-reset-requests", "3s",
            "x-ratelimit-reset-tokens", "0s");

    assertThat(RetryAfter.of(headers, NOW)).isEqualTo(Duration.ofSeconds(3));
  }
}
