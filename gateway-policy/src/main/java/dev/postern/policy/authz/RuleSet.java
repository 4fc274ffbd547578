package dev.postern.policy.authz;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.http.GatewayRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiled rules, tried in the order deny, require, allow; stops at the first that decides. */
final class RuleSet {
  private final List<Compiled> deny;
  private final List<Compiled> require;
  private final List<Compiled> allow;
  private final @Nullable Decision noneAllows;
  private final boolean refuseOnDenyError;

  /**
   * One rule.
   *
   * @param decision what it comes to when it is this rule that decides
   */
  record Compiled(Rule rule, Decision decision, Expression condition) {}

  RuleSet(List<Compiled> rules, boolean refuseOnDenyError) {
    this.deny = only(rules, Rule.Verb.DENY);
    this.require = only(rules, Rule.Verb.REQUIRE);
    this.allow = only(rules, Rule.Verb.ALLOW);
    this.noneAllows = allow.isEmpty() ? null : Decision.noneOf(allow.size());
    this.refuseOnDenyError = refuseOnDenyError;
  }

  private static List<Compiled> only(List<Compiled> rules, Rule.Verb verb) {
    List<Compiled> some = new ArrayList<>(rules);
    some.removeIf(rule -> rule.rule().verb() != verb);
    return List.copyOf(some);
  }

  /** Returns whether a rule looks at the body of the request. */
  boolean needsBody() {
    for (List<Compiled> rules : List.of(deny, require, allow)) {
      for (Compiled rule : rules) {
        if (rule.condition().needs().requestBody()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Returns what the rules say, for the log too; null when there is nothing that they decide. */
  @Nullable Decision decide(Exchange exchange, GatewayRequest request) {
    for (Compiled rule : deny) {
      if (holds(rule, exchange, request, refuseOnDenyError)) {
        return rule.decision();
      }
    }
    for (Compiled rule : require) {
      if (!holds(rule, exchange, request, false)) {
        return rule.decision();
      }
    }
    for (Compiled rule : allow) {
      if (holds(rule, exchange, request, false)) {
        return rule.decision();
      }
    }
    return noneAllows;
  }

  private static boolean holds(
      Compiled rule, Exchange exchange, GatewayRequest request, boolean onError) {
    try {
      return rule.condition().test(exchange, request, null);
    } catch (EvaluationException e) {
      return onError;
    }
  }
}
