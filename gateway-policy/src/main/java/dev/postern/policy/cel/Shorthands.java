package dev.postern.policy.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelMutableAst;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.ast.CelMutableExpr;
import dev.cel.common.ast.CelMutableExpr.CelMutableCall;
import dev.cel.common.ast.CelMutableExpr.CelMutableComprehension;
import dev.cel.common.ast.CelMutableExpr.CelMutableSelect;
import dev.cel.common.types.CelType;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * Two forms that mean a field and are not written as one, before types are checked:
 *
 *   request["body"]      the field body of request, also by another name of it (with)
 *   request.body.model   the field model of what is in the body, request.json.model
 */
final class Shorthands {
  private final Vocabulary vocabulary;
  private boolean changed;

  private Shorthands(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** Returns the tree with these forms written out; the same one if there are none. */
  static CelAbstractSyntaxTree expand(
      String text, CelAbstractSyntaxTree parsed, Vocabulary vocabulary) {
    if (text.indexOf('[') < 0 && !text.contains("body.")) {
      return parsed;
    }
    CelMutableAst tree = CelMutableAst.fromCelAst(parsed);
    Shorthands shorthands = new Shorthands(vocabulary);
    shorthands.visit(tree.expr(), new HashMap<>());
    return shorthands.changed ? tree.toParsedAst(true) : parsed;
  }

  /**
   * Writes out what is in an expression.
   *
   * @param scope the types of the names that the expression itself gives; null for any other
   * @return its type if that is an object with known fields, else null
   */
  private @Nullable CelType visit(CelMutableExpr expression, Map<String, @Nullable CelType> scope) {
    return switch (expression.getKind()) {
      case IDENT -> {
        String name = expression.ident().name();
        yield object(scope.containsKey(name) ? scope.get(name) : vocabulary.variables().get(name));
      }
      case SELECT -> {
        CelMutableSelect select = expression.select();
        CelType operand = visit(select.operand(), scope);
        content(select.operand(), scope);
        yield object(vocabulary.field(operand, select.field()));
      }
      case CALL -> call(expression, scope);
      case LIST -> {
        expression.list().elements().forEach(element -> visit(element, scope));
        yield null;
      }
      case MAP -> {
        expression
            .map()
            .entries()
            .forEach(entry -> {
              visit(entry.key(), scope);
              visit(entry.value(), scope);
            });
        yield null;
      }
      case COMPREHENSION -> comprehension(expression.comprehension(), scope);
      default -> null;
    };
  }

  private @Nullable CelType call(CelMutableExpr expression, Map<String, @Nullable CelType> scope) {
    CelMutableCall call = expression.call();
    call.target().ifPresent(target -> visit(target, scope));
    CelType first = null;
    for (int i = 0; i < call.args().size(); i++) {
      CelType type = visit(call.args().get(i), scope);
      first = i == 0 ? type : first;
    }
    String key = call.function().equals("_[_]") ? text(call.args().get(1)) : null;
    if (key == null) {
      return null;
    }
    content(call.args().get(0), scope);
    if (first == null) {
      return null;
    }
    expression.setSelect(CelMutableSelect.create(call.args().get(0), key));
    changed = true;
    return object(vocabulary.field(first, key));
  }

  /** A body has no fields; what is in it has. */
  private void content(CelMutableExpr operand, Map<String, @Nullable CelType> scope) {
    if (operand.getKind() == Kind.SELECT
        && operand.select().field().equals("body")
        && operand.select().operand().getKind() == Kind.IDENT) {
      CelType message = visit(operand.select().operand(), scope);
      if (message != null && vocabulary.field(message, "json") != null) {
        operand.select().setField("json");
        changed = true;
      }
    }
  }

  private @Nullable CelType comprehension(
      CelMutableComprehension loop, Map<String, @Nullable CelType> scope) {
    visit(loop.iterRange(), scope);
    CelType bound = visit(loop.accuInit(), scope);
    boolean binds =
        loop.iterRange().getKind() == Kind.LIST && loop.iterRange().list().elements().isEmpty();
    Map<String, @Nullable CelType> inner = new HashMap<>(scope);
    inner.put(loop.accuVar(), binds ? bound : null);
    Map<String, @Nullable CelType> turn = new HashMap<>(inner);
    turn.put(loop.iterVar(), null);
    turn.put(loop.iterVar2(), null);
    visit(loop.loopCondition(), turn);
    visit(loop.loopStep(), turn);
    return visit(loop.result(), inner);
  }

  private @Nullable CelType object(@Nullable CelType type) {
    return vocabulary.isObject(type) ? type : null;
  }

  private static @Nullable String text(CelMutableExpr expression) {
    return expression.getKind() == Kind.CONSTANT
            && expression.constant().getKind() == CelConstant.Kind.STRING_VALUE
        ? expression.constant().stringValue()
        : null;
  }
}
