package dev.postern.core.exchange;

import org.jspecify.annotations.Nullable;

/**
 * Decides whether a call may be made, once the backend knows what it asks for.
 *
 * <p>A policy that limits what calls use up leaves one on the exchange. A backend that has to read
 * a request before it can say what the call may use asks it, once, before anything is sent. What
 * was used in the end the {@link RequestRecord} tells.
 */
@FunctionalInterface
public interface Admission {
  /** Where an exchange keeps it. */
  AttributeKey<Admission> KEY = AttributeKey.of("admission");

  /**
   * Admits the call.
   *
   * @param demand what the call may use, or null when it uses no tokens
   * @throws GatewayException if it may not be made
   */
  void admit(Exchange exchange, @Nullable Demand demand);

  /** What a call to a model may use, estimated when somebody asks. */
  interface Demand {
    /** Returns about how many tokens its input has. */
    long inputTokens();

    /** Returns the most tokens its output may have, or 0 when the request does not say. */
    long outputTokens();
  }

  /** Leaves {@code next} on the exchange, to be asked after what is there already. */
  static void add(Exchange exchange, Admission next) {
    Admission before = exchange.get(KEY);
    exchange.set(
        KEY,
        before == null
            ? next
            : (asking, demand) -> {
              before.admit(asking, demand);
              next.admit(asking, demand);
            });
  }

  /** Asks what is left on the exchange, if anything is. For backends. */
  static void ask(Exchange exchange, @Nullable Demand demand) {
    Admission admission = exchange.get(KEY);
    if (admission != null) {
      admission.admit(exchange, demand);
    }
  }
}
