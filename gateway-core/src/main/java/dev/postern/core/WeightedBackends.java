package dev.postern.core;

import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import java.util.List;
import java.util.random.RandomGenerator;

/** Spreads requests over the backends of a route by weight; one draw per request. */
final class WeightedBackends {
  private WeightedBackends() {}

  /** One backend and its share. */
  record Choice(int weight, Handler handler) {}

  static Handler of(List<Choice> all, RandomGenerator random) {
    List<Choice> choices = all.stream().filter(choice -> choice.weight() > 0).toList();
    if (choices.isEmpty()) {
      return (exchange, request) -> {
        throw Reason.NO_HEALTHY_BACKEND.exception("no valid backends").status(500);
      };
    }
    if (choices.size() == 1) {
      return choices.get(0).handler();
    }
    long total = choices.stream().mapToLong(Choice::weight).sum();
    return (exchange, request) -> {
      long draw = random.nextLong(total);
      for (Choice choice : choices) {
        draw -= choice.weight();
        if (draw < 0) {
          return choice.handler().handle(exchange, request);
        }
      }
      throw new AssertionError("weights do not add up");
    };
  }
}
