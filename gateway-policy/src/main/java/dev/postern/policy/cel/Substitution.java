package dev.postern.policy.cel;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.CelList;
import dev.cel.common.ast.CelExpr.CelMap;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.parser.CelMacroExprFactory;
import org.jspecify.annotations.Nullable;

/**
 * Puts the path of a value where a name for it stands, as in {@code request.headers.with(h, …)}.
 */
final class Substitution {
  private final CelMacroExprFactory make;
  private final String name;
  private final CelExpr path;
  private final String root;
  private boolean captured;

  private Substitution(CelMacroExprFactory make, String name, CelExpr path, String root) {
    this.make = make;
    this.name = name;
    this.path = path;
    this.root = root;
  }

  /**
   * Returns {@code body} with {@code path} where it says {@code name}; null if {@code path} is more
   * than names with dots between, or means something else somewhere in {@code body}.
   */
  static @Nullable CelExpr of(CelMacroExprFactory make, String name, CelExpr path, CelExpr body) {
    String root = root(path);
    if (root == null) {
      return null;
    }
    Substitution substitution = new Substitution(make, name, path, root);
    CelExpr substituted = substitution.in(body);
    return substitution.captured ? null : substituted;
  }

  private static @Nullable String root(CelExpr path) {
    CelExpr at = path;
    while (at.getKind() == Kind.SELECT && !at.select().testOnly()) {
      at = at.select().operand();
    }
    return at.getKind() == Kind.IDENT ? at.ident().name() : null;
  }

  private CelExpr in(CelExpr expression) {
    return switch (expression.getKind()) {
      case IDENT -> expression.ident().name().equals(name) ? make.copy(path) : expression;
      case SELECT ->
          expression.toBuilder()
              .setSelect(
                  expression.select().toBuilder()
                      .setOperand(in(expression.select().operand()))
                      .build())
              .build();
      case CALL -> expression.toBuilder().setCall(call(expression.call())).build();
      case LIST -> {
        CelList.Builder list = expression.list().toBuilder();
        for (int i = 0; i < expression.list().elements().size(); i++) {
          list.setElement(i, in(expression.list().elements().get(i)));
        }
        yield expression.toBuilder().setList(list.build()).build();
      }
      case MAP -> {
        CelMap.Builder map = expression.map().toBuilder();
        for (int i = 0; i < expression.map().entries().size(); i++) {
          CelMap.Entry entry = expression.map().entries().get(i);
          map.setEntry(
              i, entry.toBuilder().setKey(in(entry.key())).setValue(in(entry.value())).build());
        }
        yield expression.toBuilder().setMap(map.build()).build();
      }
      case COMPREHENSION ->
          expression.toBuilder().setComprehension(loop(expression.comprehension())).build();
      default -> expression;
    };
  }

  private CelCall call(CelCall call) {
    CelCall.Builder built = call.toBuilder();
    call.target().ifPresent(target -> built.setTarget(in(target)));
    for (int i = 0; i < call.args().size(); i++) {
      built.setArg(i, in(call.args().get(i)));
    }
    return built.build();
  }

  /** What a loop gives the same name to is another value. */
  private CelComprehension loop(CelComprehension loop) {
    captured |= binds(loop, root);
    CelComprehension.Builder built =
        loop.toBuilder().setIterRange(in(loop.iterRange())).setAccuInit(in(loop.accuInit()));
    if (!binds(loop, name)) {
      built
          .setLoopCondition(in(loop.loopCondition()))
          .setLoopStep(in(loop.loopStep()))
          .setResult(in(loop.result()));
    }
    return built.build();
  }

  private static boolean binds(CelComprehension loop, String name) {
    return loop.iterVar().equals(name)
        || loop.iterVar2().equals(name)
        || loop.accuVar().equals(name);
  }
}
