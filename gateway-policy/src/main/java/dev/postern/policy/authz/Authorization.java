package dev.postern.policy.authz;

import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.Expression.Oddity;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests pass that its rules allow.
 *
 * <p>A {@code deny} that is true refuses, then a {@code require} that is not; then one {@code
 * allow} that is true lets pass, and without any {@code allow} everything left does. Refused
 * requests get 403 and nothing that tells which rule it was. Rules of less specific places are
 * added, not replaced: {@code allow} rules of several places are alternatives, so what must hold
 * everywhere belongs into {@code require} or {@code deny}.
 *
 * @param rules in the order they are tried within a kind; none lets everything pass
 * @param onDenyError what happens when a {@code deny} rule cannot be evaluated; refused by default
 */
public record Authorization(List<Rule> rules, OnDenyError onDenyError)
    implements InterceptingPolicy {
  /** What happens when a {@code deny} rule cannot be evaluated. */
  public enum OnDenyError {
    /** The request is refused. */
    DENY,
    /** The rule counts as false. */
    IGNORE
  }

  /** Sets the defaults. */
  public Authorization {
    rules = rules == null ? List.of() : List.copyOf(rules);
    onDenyError = onDenyError == null ? OnDenyError.DENY : onDenyError;
  }

  /** Returns the policy of these rules. */
  public static Authorization of(Rule... rules) {
    return new Authorization(List.of(rules), OnDenyError.DENY);
  }

  @Override
  public String kind() {
    return "authorization";
  }

  @Override
  public Phase phase(Place place) {
    return place == Place.BACKEND ? Phase.BACKEND_AUTHORIZATION : Phase.AUTHORIZATION;
  }

  /** Returns the rules of both; an error in a {@code deny} refuses unless both ignore it. */
  @Override
  public Policy over(Policy lessSpecific) {
    Authorization inherited = (Authorization) lessSpecific;
    List<Rule> all = new ArrayList<>(inherited.rules);
    all.addAll(rules);
    boolean ignore =
        onDenyError == OnDenyError.IGNORE && inherited.onDenyError == OnDenyError.IGNORE;
    return new Authorization(all, ignore ? OnDenyError.IGNORE : OnDenyError.DENY);
  }

  @Override
  public @Nullable String remarkOver(Policy lessSpecific) {
    return allows() && ((Authorization) lessSpecific).allows()
        ? "allow rules of several places are alternatives (what must hold everywhere belongs into"
            + " require or deny)"
        : null;
  }

  private boolean allows() {
    return rules.stream().anyMatch(rule -> rule.allow() != null);
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    List<RuleSet.Compiled> compiled = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      String field = "rules[" + i + "]." + rule.verb().key();
      compiled.add(new RuleSet.Compiled(rule, Decision.by(rule, i), compile(context, rule, field)));
    }
    return new AuthorizationInterceptor(
        new RuleSet(compiled, onDenyError == OnDenyError.DENY), context.buffers());
  }

  private Expression compile(GatewayContext context, Rule rule, String field) {
    ExpressionText text = rule.expression();
    try {
      Expression condition = context.expression(text, Moment.REQUEST, Result.BOOLEAN);
      for (Oddity oddity : condition.oddities()) {
        String warning = warning(rule, oddity);
        if (warning != null) {
          context.warn(field + ": " + warning);
        }
      }
      return condition;
    } catch (ExpressionException e) {
      throw e.in(kind() + "." + field);
    }
  }

  private static @Nullable String warning(Rule rule, Oddity oddity) {
    return switch (oddity) {
      case ALWAYS_TRUE -> rule.allow() == null ? null : "lets every request pass";
      case UNVERIFIED_TOKEN -> "believes a token that nobody has verified";
      case HEADER_LINE ->
          "compares a header with a text, and a header of several lines is a list"
              + " (use request.headers.raw() or request.headers.join())";
      case RAW_PATH ->
          "looks at the path as the client wrote it, which has many spellings (use request.path)";
      case REVEALED_SECRET, ALL_VARIABLES -> null;
    };
  }
}
