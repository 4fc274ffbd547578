package dev.postern.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
  private static final List<String> NAMES =
      List.of("port", "protocol", "listeners", "tls", "jwtAuth", "localRateLimit", "cors", "to");

  @ParameterizedTest
  @CsvSource({
    "PORT, port",
    "jwt_auth, jwtAuth",
    "jwt-auth, jwtAuth",
    "JwtAuth, jwtAuth",
    "local-rate-limit, localRateLimit",
    "listners, listeners",
    "prot, port",
    "lisetners, listeners",
    "localRatelimits, localRateLimit",
    "csrs, cors",
    "tks, tls",
  })
  void findsTheNameThatWasMeant(String written, String meant) {
    assertThat(Suggestions.closest(written, NAMES)).contains(meant);
  }

  @ParameterizedTest
  @CsvSource({"timeouts", "x", "pp", "''", "listenersAndMuchMore"})
  void staysSilentWhenNothingIsNear(String written) {
    assertThat(Suggestions.closest(written, NAMES)).isEmpty();
  }

  @Test
  void prefersAnotherCaseToASmallEdit() {
    assertThat(Suggestions.closest("Port", List.of("Sort", "port"))).contains("port");
  }

  @Test
  void countsTwoSwappedLettersAsOneError() {
    assertThat(Suggestions.closest("otp", List.of("opt"))).contains("opt");
  }

  @Test
  void ignoresNamesOfAbsurdLength() {
    assertThat(Suggestions.closest("a".repeat(100_000), List.of("a".repeat(99_999)))).isEmpty();
  }
}
