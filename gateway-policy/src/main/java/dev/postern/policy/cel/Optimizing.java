package dev.postern.policy.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.compiler.CelCompiler;
import dev.cel.optimizer.CelAstOptimizer;
import dev.cel.optimizer.CelOptimizationException;
import dev.cel.optimizer.CelOptimizer;
import dev.cel.optimizer.CelOptimizerFactory;
import dev.cel.optimizer.optimizers.ConstantFoldingOptimizer;
import dev.cel.optimizer.optimizers.SubexpressionOptimizer;
import dev.cel.runtime.CelRuntime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/*
 * Makes a checked expression cheaper, where that changes nothing else: what is constant is computed
 * when it is compiled, and what is written twice is computed once.
 *
 * Functions whose value is another each time, or that look at failures, are never touched: constants
 * are folded through a closed list of functions, and an expression that names one of OWN_MINDED
 * shares nothing. An expression in which something constant fails stays as it is written, so that
 * it fails when it is evaluated. Most expressions have neither constants to fold nor parts to
 * share; they are recognised by one look and cost nothing more.
 */
final class Optimizing {
  /** Functions that must run each time and where they are written. */
  private static final Set<String> OWN_MINDED =
      Set.of("random", "uuid", "now", "fail", "default", "coalesce");

  /** Functions of ours that depend on nothing but their arguments. */
  private static final List<String> PURE =
      List.of(
          "base64.encode",
          "base64Encode",
          "url.encode",
          "url.decode",
          "form.encode",
          "sha1.encode",
          "sha256.encode",
          "md5.encode",
          "json",
          "toJson",
          "to_json",
          "merge",
          "regexReplace",
          "stripPrefix",
          "stripSuffix",
          "isIP",
          "isCIDR",
          "addQuery",
          "setQuery");

  private final CelOptimizer folding;
  private final CelOptimizer sharing;

  Optimizing(CelCompiler compiler, CelRuntime runtime) {
    folding =
        optimizer(
            compiler,
            runtime,
            ConstantFoldingOptimizer.newInstance(
                ConstantFoldingOptimizer.ConstantFoldingOptions.newBuilder()
                    .maxIterationLimit(Limits.TEXT)
                    .addFoldableFunctions(PURE)
                    .build()));
    sharing =
        optimizer(
            compiler,
            runtime,
            SubexpressionOptimizer.newInstance(
                SubexpressionOptimizer.SubexpressionOptimizerOptions.newBuilder()
                    .iterationLimit(Limits.TEXT)
                    .addEliminableFunctions(PURE)
                    .build()));
  }

  private static CelOptimizer optimizer(
      CelCompiler compiler, CelRuntime runtime, CelAstOptimizer optimizer) {
    return CelOptimizerFactory.standardCelOptimizerBuilder(compiler, runtime)
        .addAstOptimizers(optimizer)
        .build();
  }

  /** Returns an expression with the same values. */
  CelAbstractSyntaxTree optimized(CelAbstractSyntaxTree ast) {
    Survey survey = new Survey();
    survey.visit(ast.getExpr());
    CelAbstractSyntaxTree folded = survey.constants ? tried(folding, ast) : ast;
    return survey.repeats && !survey.ownMinded ? tried(sharing, folded) : folded;
  }

  private static CelAbstractSyntaxTree tried(CelOptimizer optimizer, CelAbstractSyntaxTree ast) {
    try {
      return optimizer.optimize(ast);
    } catch (CelOptimizationException | RuntimeException e) {
      return ast; // what cannot be made cheaper runs as it is written
    }
  }

  /** One look at an expression: is there anything to gain? */
  private static final class Survey {
    private final Set<Long> seen = new HashSet<>();
    private boolean constants;
    private boolean repeats;
    private boolean ownMinded;

    /** Returns a number that equal expressions have in common, 0 for a constant. */
    long visit(CelExpr expression) {
      return switch (expression.getKind()) {
        case CONSTANT -> 0;
        case IDENT -> expression.ident().name().hashCode() | 1L << 40;
        case SELECT -> {
          CelExpr operand = expression.select().operand();
          long mark = mixed(visit(operand), expression.select().field().hashCode());
          yield operand.getKind() == Kind.IDENT ? mark : noted(mark);
        }
        case CALL -> call(expression.call());
        case LIST -> {
          long mark = 11;
          boolean constant = true;
          for (CelExpr element : expression.list().elements()) {
            long part = visit(element);
            constant &= part == 0;
            mark = mixed(mark, valued(element, part));
          }
          yield constant ? 0 : mark;
        }
        case MAP -> {
          long mark = 13;
          boolean constant = true;
          for (CelExpr.CelMap.Entry entry : expression.map().entries()) {
            long key = visit(entry.key());
            long value = visit(entry.value());
            constant &= key == 0 && value == 0;
            mark = mixed(mixed(mark, valued(entry.key(), key)), valued(entry.value(), value));
          }
          yield constant ? 0 : mark;
        }
        case COMPREHENSION -> {
          CelExpr.CelComprehension loop = expression.comprehension();
          long range = visit(loop.iterRange());
          constants |= range == 0;
          visit(loop.accuInit());
          visit(loop.loopCondition());
          visit(loop.loopStep());
          yield mixed(mixed(range, visit(loop.result())), System.identityHashCode(loop));
        }
        default -> System.identityHashCode(expression);
      };
    }

    private long call(CelExpr.CelCall call) {
      ownMinded |= OWN_MINDED.contains(call.function());
      long mark = call.function().hashCode();
      boolean constant = true;
      if (call.target().isPresent()) {
        long part = visit(call.target().get());
        constant = part == 0;
        mark = mixed(mark, valued(call.target().get(), part));
      }
      boolean some = false;
      for (CelExpr argument : call.args()) {
        long part = visit(argument);
        constant &= part == 0;
        some |= part == 0 && argument.getKind() == Kind.CONSTANT && isBoolean(argument);
        mark = mixed(mark, valued(argument, part));
      }
      constants |= constant || some;
      return noted(mark);
    }

    /** A constant condition decides or falls away, whatever stands beside it. */
    private static boolean isBoolean(CelExpr constant) {
      return constant.constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE;
    }

    private long noted(long mark) {
      repeats |= !seen.add(mark);
      return mark;
    }

    private static long valued(CelExpr expression, long mark) {
      return mark == 0 && expression.getKind() == Kind.CONSTANT
          ? expression.constant().hashCode()
          : mark;
    }

    private static long mixed(long mark, long more) {
      return (mark * 31 + more) * 0x9E3779B97F4A7C15L | 1;
    }
  }
}
