package dev.postern.llm.usage;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.spi.AttemptResult;
import java.util.Locale;

/** How one try of a call went, for metrics. */
public enum AttemptOutcome {
  /** The provider answered. */
  SUCCESS,
  /** The provider asks for time: 429. */
  RATE_LIMITED,
  /** The provider refused the request: another 4xx. */
  REFUSED,
  /** No answer in time. */
  TIMEOUT,
  /** No connection, an answer that is none, or a 5xx. */
  ERROR;

  private final String label = name().toLowerCase(Locale.ROOT);

  String label() {
    return label;
  }

  /** Returns how a try went. */
  public static AttemptOutcome of(AttemptResult result) {
    int status = result.status();
    if (status == 0) {
      boolean late =
          result.failure() instanceof GatewayException failure
              && failure.reason() == Reason.TIMEOUT;
      return late ? TIMEOUT : ERROR;
    }
    if (status == 429) {
      return RATE_LIMITED;
    }
    if (status >= 500) {
      return ERROR;
    }
    return status >= 400 ? REFUSED : SUCCESS;
  }
}
