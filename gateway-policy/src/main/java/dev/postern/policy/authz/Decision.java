package dev.postern.policy.authz;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * What authorization rules decided about a request, for the operator; clients never see it.
 *
 * @param allowed whether the request may pass
 * @param rule the name of the rule that decided, or what it does and its number in its list, as
 *     {@code deny #2}; null when the request was refused because no rule allows it
 * @param trace the decision in words, as the access log has it
 */
public record Decision(boolean allowed, @Nullable String rule, String trace) {
  static final AttributeKey<Decision> LAST = AttributeKey.of("authorization decision");

  /**
   * Returns the last decision about a request, or null when no rule has decided anything: there was
   * none, or there was no {@code allow} and nothing to refuse.
   */
  public static @Nullable Decision of(Exchange exchange) {
    return exchange.get(LAST);
  }

  static Decision by(Rule rule, int index) {
    boolean allowed = rule.verb() == Rule.Verb.ALLOW;
    String label = rule.label(index);
    String name = rule.name() == null ? label : rule.name();
    String reason = rule.reason() == null ? "" : ": " + rule.reason();
    return new Decision(allowed, name, (allowed ? "allowed by " : "refused by ") + label + reason);
  }

  static Decision noneOf(int rules) {
    return new Decision(false, null, "allowed by none of " + rules + " rules");
  }
}
