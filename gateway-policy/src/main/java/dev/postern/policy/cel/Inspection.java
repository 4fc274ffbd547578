package dev.postern.policy.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.runtime.RuntimeHelpers;
import dev.postern.core.exchange.Expression.Needs;
import dev.postern.core.exchange.Expression.Oddity;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Walks a checked expression: what it reads, how deep it is, whether its literals make sense. */
final class Inspection {
  private static final Set<String> CONTENT = Set.of("body", "bodyPrefix", "json", "bodyTruncated");
  private static final Set<String> COMPARISONS = Set.of("_==_", "_!=_", "@in");

  private final ExpressionText text;
  private final CelAbstractSyntaxTree ast;
  private final Set<String> known;
  private final Set<String> variables = new LinkedHashSet<>();
  private final Set<String> fields = new LinkedHashSet<>();
  private final Set<Oddity> oddities = EnumSet.noneOf(Oddity.class);

  /** Which variable a name is that the expression itself gives; none, if it is another value. */
  private Map<String, String> names = Map.of();

  private boolean requestBody;
  private boolean responseBody;
  private boolean spreads;

  /**
   * What there is to know of an expression.
   *
   * @param needs what must be there when it is evaluated
   * @param oddities what makes one look twice
   * @param spreads whether its value stands for values of their own
   */
  record Findings(Needs needs, Set<Oddity> oddities, boolean spreads) {
    Findings {
      oddities = Set.copyOf(oddities);
    }

    Findings alwaysTrue() {
      Set<Oddity> more = EnumSet.of(Oddity.ALWAYS_TRUE);
      more.addAll(oddities);
      return new Findings(needs, more, spreads);
    }
  }

  private Inspection(ExpressionText text, CelAbstractSyntaxTree ast, Set<String> known) {
    this.text = text;
    this.ast = ast;
    this.known = known;
  }

  /**
   * Looks through an expression.
   *
   * @param known the variables that exist
   * @throws ExpressionException if it is too deep, or a literal in it is malformed
   */
  static Findings of(ExpressionText text, CelAbstractSyntaxTree ast, Set<String> known) {
    Inspection inspection = new Inspection(text, ast, known);
    inspection.visit(ast.getExpr(), 1, 0);
    Needs needs =
        new Needs(
            inspection.requestBody,
            inspection.variables.contains("response"),
            inspection.responseBody,
            inspection.variables,
            inspection.fields);
    return new Findings(needs, inspection.oddities, inspection.spreads);
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
        if (unredacted(expression.call())) {
          return;
        }
        remark(expression.call());
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

  /** Notes a secret that is shown; returns whether there is no more to visit. */
  private boolean unredacted(CelExpr.CelCall call) {
    if (!call.function().equals(Macros.UNREDACTED)) {
      return false;
    }
    oddities.add(Oddity.REVEALED_SECRET);
    CelExpr object = call.args().get(0);
    boolean plain = object.getKind() == CelExpr.ExprKind.Kind.IDENT;
    if (plain) {
      if (names.containsKey(object.ident().name())) {
        throw at(object, "unredacted() of something with another name (expected: jwt.rawToken)");
      }
      named(object.ident().name(), literal(call.args().get(1)));
    }
    return plain;
  }

  private void remark(CelExpr.CelCall call) {
    switch (call.function()) {
      case "unvalidatedJwtPayload" -> oddities.add(Oddity.UNVERIFIED_TOKEN);
      case "flatten", "flattenRecursive" -> spreads = true;
      default -> {
        if (COMPARISONS.contains(call.function())) {
          List<CelExpr> sides = call.args();
          if (headerLine(sides.get(0)) || (sides.size() > 1 && headerLine(sides.get(1)))) {
            oddities.add(Oddity.HEADER_LINE);
          }
        }
      }
    }
  }

  /** Returns whether this is {@code request.headers.x} or {@code request.headers["x"]}. */
  private boolean headerLine(CelExpr expression) {
    CelExpr map =
        switch (expression.getKind()) {
          case SELECT -> expression.select().testOnly() ? null : expression.select().operand();
          case CALL ->
              expression.call().function().equals("_[_]") ? expression.call().args().get(0) : null;
          default -> null;
        };
    return map != null
        && map.getKind() == CelExpr.ExprKind.Kind.SELECT
        && map.select().field().equals("headers")
        && map.select().operand().getKind() == CelExpr.ExprKind.Kind.IDENT
        && "request".equals(variable(map.select().operand().ident().name()));
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
    Map<String, String> outer = names;
    CelExpr bound = loop.accuInit();
    String variable =
        binds && bound.getKind() == CelExpr.ExprKind.Kind.IDENT
            ? variable(bound.ident().name())
            : null;
    if (variable == null) {
      visit(loop.iterRange(), depth + 1, loops);
      visit(bound, depth + 1, loops);
    } else {
      variables.add(variable);
    }
    names = new HashMap<>(outer);
    names.put(loop.accuVar(), variable == null ? "" : variable);
    if (!binds) {
      Map<String, String> inLoop = new HashMap<>(names);
      inLoop.put(loop.iterVar(), "");
      inLoop.put(loop.iterVar2(), "");
      Map<String, String> after = names;
      names = inLoop;
      visit(loop.loopCondition(), depth + 1, inner);
      visit(loop.loopStep(), depth + 1, inner);
      names = after;
    }
    visit(loop.result(), depth + 1, loops);
    names = outer;
  }

  /** Returns the variable of that name, which may be one that the expression gave it, or null. */
  private @Nullable String variable(String name) {
    String variable = names.getOrDefault(name, name);
    return known.contains(variable) ? variable : null;
  }

  /** A variable that is passed around as a whole may be read in all its parts. */
  private void named(String name, @Nullable String field) {
    String variable = variable(name);
    if (variable == null) {
      return;
    }
    if (variable.equals(Macros.VARIABLES)) {
      oddities.add(Oddity.ALL_VARIABLES);
      requestBody |= known.contains("request");
      responseBody |= known.contains("response");
      for (String each : known) {
        if (!each.equals(Macros.VARIABLES)) {
          variables.add(each);
          fields.add(each + ".*");
        }
      }
      return;
    }
    variables.add(variable);
    fields.add(variable + "." + (field == null ? "*" : field));
    boolean content = field == null || CONTENT.contains(field);
    requestBody |= content && variable.equals("request");
    responseBody |= content && variable.equals("response");
    if (variable.equals("request") && "rawPath".equals(field)) {
      oddities.add(Oddity.RAW_PATH);
    }
  }

  private void literals(CelExpr expression) {
    CelExpr.CelCall call = expression.call();
    switch (call.function()) {
      case "matches", "regexReplace", "regex.replace", "regex.extract", "regex.extractAll" -> {
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
