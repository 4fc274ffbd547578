package dev.postern.policy.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.runtime.RuntimeHelpers;
import dev.postern.core.exchange.Expression.Needs;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import java.time.OffsetDateTime;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Walks a checked expression: what it reads, how deep it is, whether its literals make sense. */
final class Inspection {
  private static final Set<String> CONTENT = Set.of("body", "bodyPrefix", "json", "bodyTruncated");

  private final ExpressionText text;
  private final CelAbstractSyntaxTree ast;
  private final Set<String> known;
  private final Set<String> variables = new LinkedHashSet<>();
  private final Set<String> fields = new LinkedHashSet<>();
  private boolean requestBody;
  private boolean responseBody;

  private Inspection(ExpressionText text, CelAbstractSyntaxTree ast, Set<String> known) {
    this.text = text;
    this.ast = ast;
    this.known = known;
  }

  /**
   * Returns what the expression needs.
   *
   * @param known the variables that exist
   * @throws ExpressionException if it is too deep, or a literal in it is malformed
   */
  static Needs needs(ExpressionText text, CelAbstractSyntaxTree ast, Set<String> known) {
    Inspection inspection = new Inspection(text, ast, known);
    inspection.visit(ast.getExpr(), 1, 0);
    return new Needs(
        inspection.requestBody,
        inspection.variables.contains("response"),
        inspection.responseBody,
        inspection.variables,
        inspection.fields);
  }

  private void visit(CelExpr expression, int depth, int loops) {
    if (depth > Limits.DEPTH) {
      throw at(expression, "nested deeper than " + Limits.DEPTH + " levels");
    }
    switch (expression.getKind()) {
      case IDENT -> named(expression.ident().name(), null);
      case SELECT -> select(expression, depth, loops);
      case CALL -> {
        literals(expression);
        expression.call().target().ifPresent(target -> visit(target, depth + 1, loops));
        expression.call().args().forEach(argument -> visit(argument, depth + 1, loops));
      }
      case LIST ->
          expression.list().elements().forEach(element -> visit(element, depth + 1, loops));
      case MAP ->
          expression
              .map()
              .entries()
              .forEach(entry -> {
                visit(entry.key(), depth + 1, loops);
                visit(entry.value(), depth + 1, loops);
              });
      case STRUCT ->
          expression.struct().entries().forEach(entry -> visit(entry.value(), depth + 1, loops));
      case COMPREHENSION -> comprehension(expression, depth, loops);
      default -> {} // constants
    }
  }

  private void select(CelExpr expression, int depth, int loops) {
    CelExpr operand = expression.select().operand();
    if (operand.getKind() == CelExpr.ExprKind.Kind.IDENT) {
      named(operand.ident().name(), expression.select().field());
    } else {
      visit(operand, depth + 1, loops);
    }
  }

  private void comprehension(CelExpr expression, int depth, int loops) {
    CelExpr.CelComprehension loop = expression.comprehension();
    // A loop over nothing is a binding, which costs no more than its parts.
    boolean binds =
        loop.iterRange().getKind() == CelExpr.ExprKind.Kind.LIST
            && loop.iterRange().list().elements().isEmpty();
    int inner = binds ? loops : loops + 1;
    if (inner > Limits.LOOPS) {
      throw at(expression, "loops nested deeper than " + Limits.LOOPS);
    }
    visit(loop.iterRange(), depth + 1, loops);
    visit(loop.accuInit(), depth + 1, loops);
    visit(loop.loopCondition(), depth + 1, inner);
    visit(loop.loopStep(), depth + 1, inner);
    visit(loop.result(), depth + 1, loops);
  }

  /** A variable that is passed around as a whole may be read in all its parts. */
  private void named(String variable, @Nullable String field) {
    if (!known.contains(variable)) {
      return;
    }
    variables.add(variable);
    fields.add(variable + "." + (field == null ? "*" : field));
    boolean content = field == null || CONTENT.contains(field);
    requestBody |= content && variable.equals("request");
    responseBody |= content && variable.equals("response");
  }

  private void literals(CelExpr expression) {
    CelExpr.CelCall call = expression.call();
    switch (call.function()) {
      case "matches", "regexReplace" -> {
        int pattern = call.target().isPresent() ? 0 : 1;
        String regex = pattern < call.args().size() ? literal(call.args().get(pattern)) : null;
        if (regex != null) {
          try {
            TextFunctions.pattern(regex);
          } catch (IllegalArgumentException e) {
            throw at(call.args().get(pattern), String.valueOf(e.getMessage()));
          }
        }
      }
      case "cidr" -> {
        String range = literal(call.args().isEmpty() ? null : call.args().getFirst());
        if (range != null && CidrValue.parse(range) == null) {
          throw at(call.args().getFirst(), '"' + range + "\" (expected: a range as 10.0.0.0/8)");
        }
      }
      case "containsIP", "ip" -> {
        String ip = literal(call.args().isEmpty() ? null : call.args().getFirst());
        if (ip != null && IpValue.parse(ip) == null) {
          throw at(call.args().getFirst(), '"' + ip + "\" (expected: an IP address)");
        }
      }
      case "timestamp", "duration" -> time(call);
      default -> {}
    }
  }

  private void time(CelExpr.CelCall call) {
    String time = literal(call.args().isEmpty() ? null : call.args().getFirst());
    if (time == null) {
      return;
    }
    boolean stamp = call.function().equals("timestamp");
    try {
      if (stamp) {
        OffsetDateTime.parse(time);
      } else {
        RuntimeHelpers.createDurationFromString(time);
      }
    } catch (RuntimeException e) {
      throw at(
          call.args().getFirst(),
          '"'
              + time
              + (stamp
                  ? "\" (expected: a time as 2026-01-31T12:00:00Z)"
                  : "\" (expected: a duration as 1h30m or 250ms)"));
    }
  }

  private static @Nullable String literal(@Nullable CelExpr expression) {
    return expression != null
            && expression.getKind() == CelExpr.ExprKind.Kind.CONSTANT
            && expression.constant().getKind() == CelConstant.Kind.STRING_VALUE
        ? expression.constant().stringValue()
        : null;
  }

  private ExpressionException at(CelExpr expression, String problem) {
    Integer offset = ast.getSource().getPositionsMap().get(expression.id());
    return new ExpressionException(text, offset == null ? 0 : offset, problem);
  }
}
