package dev.postern.policy.authz;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.ExpressionText;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One rule: exactly one of {@code allow}, {@code deny} and {@code require}. Written as a text alone
 * it is an {@code allow}.
 *
 * @param allow lets requests pass of which it is true
 * @param deny refuses requests of which it is true
 * @param require refuses requests of which it is not true
 * @param name names the rule in the log
 * @param reason what the log says when the rule refuses
 */
public record Rule(
    @Nullable ExpressionText allow,
    @Nullable ExpressionText deny,
    @Nullable ExpressionText require,
    @Nullable String name,
    @Nullable String reason) {
  /** Checks that there is one condition. */
  public Rule {
    int set = (allow == null ? 0 : 1) + (deny == null ? 0 : 1) + (require == null ? 0 : 1);
    if (set != 1) {
      throw new IllegalArgumentException(
          (set == 0 ? "nothing set" : "set together")
              + " (expected: exactly one of allow, deny, require)");
    }
  }

  /** What a rule does. */
  enum Verb {
    DENY,
    REQUIRE,
    ALLOW;

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns a rule that lets requests pass of which the expression is true. */
  public static Rule parse(ExpressionText expression) {
    return new Rule(expression, null, null, null, null);
  }

  /** Returns a rule that lets requests pass of which the expression is true. */
  public static Rule allow(String expression) {
    return parse(ExpressionText.parse(expression));
  }

  /** Returns a rule that refuses requests of which the expression is true. */
  public static Rule deny(String expression) {
    return new Rule(null, ExpressionText.parse(expression), null, null, null);
  }

  /** Returns a rule that refuses requests of which the expression is not true. */
  public static Rule require(String expression) {
    return new Rule(null, null, ExpressionText.parse(expression), null, null);
  }

  /** Returns this rule with a name for the log. */
  public Rule named(String name) {
    return new Rule(allow, deny, require, name, reason);
  }

  Verb verb() {
    return allow != null ? Verb.ALLOW : deny != null ? Verb.DENY : Verb.REQUIRE;
  }

  ExpressionText expression() {
    ExpressionText negative = deny != null ? deny : require;
    return allow != null ? allow : requireNonNull(negative);
  }

  /** Returns how the log calls the rule at that place of its list. */
  String label(int index) {
    return verb().key() + " " + (name == null ? "#" + (index + 1) : name);
  }
}
