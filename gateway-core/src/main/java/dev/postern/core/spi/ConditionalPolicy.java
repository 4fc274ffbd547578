package dev.postern.core.spi;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Chain;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One of several policies of a kind, chosen for each request: the first whose condition holds.
 *
 * <p>Conditions look at the request as it was when its gateway or route began with it, and at what
 * is known of the caller when the policy's turn comes. One that has no value does not hold, unless
 * {@code onConditionError} says otherwise. The choice is made once; the response passes the policy
 * that the request passed. When no condition holds, nothing is done.
 *
 * @param conditional the policies with their conditions; 1 to 64, the last may have none
 * @param onConditionError what happens when a condition has no value; not chosen by default
 */
public record ConditionalPolicy(List<Entry> conditional, OnConditionError onConditionError)
    implements InterceptingPolicy {
  private static final int MAX_ENTRIES = 64;
  private static final AttributeKey<GatewayRequest> ENTERED = AttributeKey.of("entered");

  /** What happens when a condition has no value. */
  public enum OnConditionError {
    /** It does not hold: its policy is not chosen. */
    SKIP,
    /** The request is refused with 403. */
    DENY
  }

  /** Sets the default and checks the entries. */
  public ConditionalPolicy {
    onConditionError = onConditionError == null ? OnConditionError.SKIP : onConditionError;
    conditional = conditional == null ? List.of() : List.copyOf(conditional);
    int count = conditional.size();
    if (count < 1 || count > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "conditional: " + count + " entries (expected: 1.." + MAX_ENTRIES + ")");
    }
    String kind = conditional.getFirst().policy().kind();
    for (int i = 0; i < count; i++) {
      Entry entry = conditional.get(i);
      if (entry.condition() == null && i < count - 1) {
        throw new IllegalArgumentException(
            "conditional[" + i + "]: conditional policy entries without condition must be last");
      }
      if (!entry.policy().kind().equals(kind) || entry.policy() instanceof ConditionalPolicy) {
        throw new IllegalArgumentException(
            "conditional[" + i + "]: " + entry.policy().kind() + " (expected: " + kind + ")");
      }
    }
  }

  /** Returns these policies, of which none is chosen whose condition has no value. */
  public ConditionalPolicy(List<Entry> conditional) {
    this(conditional, OnConditionError.SKIP);
  }

  /**
   * A policy with its condition.
   *
   * @param condition when it is chosen, or null for always
   * @param policy what is done then
   */
  public record Entry(@Nullable ExpressionText condition, InterceptingPolicy policy) {
    /** Checks the policy. */
    public Entry {
      requireNonNull(policy, "policy");
    }
  }

  /**
   * Returns a policy that is {@code policy} when {@code condition} holds, and nothing otherwise.
   */
  public static ConditionalPolicy when(String condition, InterceptingPolicy policy) {
    return new ConditionalPolicy(List.of(new Entry(ExpressionText.parse(condition), policy)));
  }

  /** Returns this policy with another one for when no condition so far holds. */
  public ConditionalPolicy or(String condition, InterceptingPolicy policy) {
    return plus(new Entry(ExpressionText.parse(condition), policy));
  }

  /** Returns this policy with one for when no condition holds. */
  public ConditionalPolicy otherwise(InterceptingPolicy policy) {
    return plus(new Entry(null, policy));
  }

  private ConditionalPolicy plus(Entry entry) {
    List<Entry> more = new ArrayList<>(conditional);
    more.add(entry);
    return new ConditionalPolicy(more, onConditionError);
  }

  /** Returns this policy with something else done when a condition has no value. */
  public ConditionalPolicy onConditionError(OnConditionError onConditionError) {
    return new ConditionalPolicy(conditional, onConditionError);
  }

  /**
   * Returns what has to run before the policies of a place of which one is conditional: it keeps
   * the request that the conditions look at. For the pipeline.
   */
  public static Interceptor entering() {
    return (exchange, request, next) -> {
      exchange.set(ENTERED, request);
      return next.proceed(exchange, request);
    };
  }

  @Override
  public String kind() {
    return conditional.getFirst().policy().kind();
  }

  @Override
  public Place runsAt(Place attached) {
    return conditional.getFirst().policy().runsAt(attached);
  }

  @Override
  public Phase phase(Place place) {
    if (place == Place.BACKEND) {
      throw new IllegalArgumentException(
          kind() + ": conditional at a backend (expected: conditions at gateways and routes only)");
    }
    return conditional.getFirst().policy().phase(place);
  }

  @Override
  public List<VariableSource> variables() {
    Set<VariableSource> offered = new LinkedHashSet<>();
    conditional.forEach(entry -> offered.addAll(entry.policy().variables()));
    return List.copyOf(offered);
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    List<Choice> choices = new ArrayList<>();
    boolean needsBody = false;
    for (int i = 0; i < conditional.size(); i++) {
      Entry entry = conditional.get(i);
      String part = "conditional[" + i + "]";
      Expression condition = null;
      if (entry.condition() != null) {
        condition = compiled(context, entry.condition(), part);
        needsBody |= condition.needs().requestBody();
      }
      choices.add(
          new Choice(
              kind() + "." + part,
              condition,
              onConditionError == OnConditionError.DENY,
              Demands.interceptor(entry.policy(), context.part(part))));
    }
    return new Choosing(List.copyOf(choices), needsBody, context.buffers());
  }

  private static Expression compiled(GatewayContext context, ExpressionText text, String part) {
    try {
      return context.expression(
          text, ExpressionEngine.Moment.REQUEST, ExpressionEngine.Result.BOOLEAN);
    } catch (ExpressionException e) {
      throw e.in(part + ".condition");
    }
  }

  private record Choice(
      String name, @Nullable Expression condition, boolean denyOnError, Interceptor interceptor) {
    boolean holds(Exchange exchange, GatewayRequest request) {
      try {
        return condition == null || condition.test(exchange, request, null);
      } catch (EvaluationException e) {
        if (denyOnError) {
          request.body().discard();
          throw Reason.AUTHORIZATION
              .exception("authorization failed")
              .detail(name + ": the condition has no value");
        }
        return false; // the engine counts it
      }
    }
  }

  private record Choosing(List<Choice> choices, boolean needsBody, Buffers buffers)
      implements Interceptor {
    @Override
    public GatewayResponse intercept(Exchange exchange, GatewayRequest incoming, Chain next)
        throws IOException {
      GatewayRequest request = needsBody ? buffers.forExpressions(exchange, incoming) : incoming;
      GatewayRequest entered = exchange.get(ENTERED);
      GatewayRequest asked = entered == null ? request : entered.withBody(request.body());
      for (Choice choice : choices) {
        if (choice.holds(exchange, asked)) {
          return choice.interceptor().intercept(exchange, request, next);
        }
      }
      return next.proceed(exchange, request);
    }
  }
}
