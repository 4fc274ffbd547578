package dev.postern.policy.cel;

import com.google.common.collect.ImmutableList;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.parser.CelMacro;
import dev.cel.parser.CelMacroExprFactory;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Forms that bind names: {@code x.with(b, …)}, {@code m.mapValues(v, …)}, {@code filterKeys}. */
final class Macros {
  /** The function that {@code x.y.unredacted()} stands for; its arguments are {@code x}, "y". */
  static final String UNREDACTED = "cel.@unredacted";

  /** The variable that {@code variables()} stands for. */
  static final String VARIABLES = "@variables";

  private static final String UNUSED = "#unused";
  private static final String INSERT = "cel.@mapInsert";

  private Macros() {}

  static List<CelMacro> all() {
    return List.of(
        CelMacro.newReceiverMacro("with", 2, Macros::with),
        CelMacro.newReceiverMacro("mapValues", 2, Macros::mapValues),
        CelMacro.newReceiverMacro("filterKeys", 2, Macros::filterKeys),
        CelMacro.newReceiverMacro("unredacted", 0, Macros::unredacted),
        CelMacro.newGlobalMacro(
            "variables",
            0,
            (make, target, arguments) -> Optional.of(make.newIdentifier(VARIABLES))));
  }

  /** A secret is a text that hides it; what it hides is asked for by the object it stands in. */
  private static Optional<CelExpr> unredacted(
      CelMacroExprFactory make, CelExpr target, ImmutableList<CelExpr> arguments) {
    if (target.getKind() == Kind.SELECT && !target.select().testOnly()) {
      CelExpr field = make.newStringLiteral(target.select().field());
      return Optional.of(make.newGlobalCall(UNREDACTED, target.select().operand(), field));
    }
    if (target.getKind() == Kind.CALL && target.call().function().equals("_[_]")) {
      return Optional.of(make.newGlobalCall(UNREDACTED, target.call().args()));
    }
    return Optional.of(
        make.reportError("unredacted() must follow a field, as in jwt.rawToken.unredacted()"));
  }

  /**
   * A path is put where its name stands. Any other value is the sum of a loop without turns, which
   * begins as the value: the name of the sum is the binding.
   */
  private static Optional<CelExpr> with(
      CelMacroExprFactory make, CelExpr target, ImmutableList<CelExpr> arguments) {
    String name = name(arguments.get(0));
    if (name == null) {
      return Optional.of(notAName(make));
    }
    CelExpr substituted = Substitution.of(make, name, target, arguments.get(1));
    if (substituted != null) {
      return Optional.of(substituted);
    }
    return Optional.of(
        make.fold(
            UNUSED,
            make.newList(),
            name,
            target,
            make.newBoolLiteral(false),
            make.newIdentifier(name),
            arguments.get(1)));
  }

  private static Optional<CelExpr> mapValues(
      CelMacroExprFactory make, CelExpr target, ImmutableList<CelExpr> arguments) {
    String value = name(arguments.get(0));
    if (value == null) {
      return Optional.of(notAName(make));
    }
    String key = "@key";
    CelExpr step =
        make.newGlobalCall(
            INSERT,
            make.newIdentifier(make.getAccumulatorVarName()),
            make.newIdentifier(key),
            arguments.get(1));
    return Optional.of(loop(make, key, value, target, step));
  }

  private static Optional<CelExpr> filterKeys(
      CelMacroExprFactory make, CelExpr target, ImmutableList<CelExpr> arguments) {
    String key = name(arguments.get(0));
    if (key == null) {
      return Optional.of(notAName(make));
    }
    String value = "@value";
    CelExpr insert =
        make.newGlobalCall(
            INSERT,
            make.newIdentifier(make.getAccumulatorVarName()),
            make.newIdentifier(key),
            make.newIdentifier(value));
    CelExpr step =
        make.newGlobalCall(
            "_?_:_", arguments.get(1), insert, make.newIdentifier(make.getAccumulatorVarName()));
    return Optional.of(loop(make, key, value, target, step));
  }

  private static CelExpr loop(
      CelMacroExprFactory make, String key, String value, CelExpr target, CelExpr step) {
    return make.fold(
        key,
        value,
        target,
        make.getAccumulatorVarName(),
        make.newMap(),
        make.newBoolLiteral(true),
        step,
        make.newIdentifier(make.getAccumulatorVarName()));
  }

  private static @Nullable String name(CelExpr expression) {
    return expression.getKind() == Kind.IDENT ? expression.ident().name() : null;
  }

  private static CelExpr notAName(CelMacroExprFactory make) {
    return make.reportError("the first argument must be a name");
  }
}
