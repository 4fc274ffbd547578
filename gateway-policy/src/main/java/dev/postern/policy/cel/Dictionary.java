package dev.postern.policy.cel;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.cel.checker.CelStandardDeclarations;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntime;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/*
 * What expressions of one place may name, and what checks them.
 *
 * The checker of the library sets up its whole environment for every expression: some two hundred
 * functions, which costs ten times as much as the check. So an expression is parsed first, and is
 * then checked by a compiler that knows no other functions than it names. Most expressions name the
 * same few, and their compilers are kept.
 */
final class Dictionary {
  private static final int KEPT = 500;

  /** Stands for the functions of the library of optional values among the names of functions. */
  private static final String OPTIONAL = "?";

  private static final Set<String> OF_OPTIONALS =
      CelExtensions.optional().functions().stream()
          .map(CelFunctionDecl::name)
          .filter(name -> !name.equals("_[_]"))
          .collect(Collectors.toUnmodifiableSet());

  private final Vocabulary vocabulary;
  private final CelOptions options;
  private final List<CelFunctionDecl> functions;
  private final CelRuntime runtime;
  private final CelCompiler parser;
  private final Cache<Set<String>, Checker> checkers =
      Caffeine.newBuilder().maximumSize(KEPT).build();

  /**
   * What checks expressions that name certain functions, and makes them cheaper.
   *
   * @param compiler knows these functions
   */
  record Checker(CelCompiler compiler, Optimizing optimizing) {}

  /**
   * Creates a dictionary.
   *
   * @param functions all there are, but for those of the standard
   */
  Dictionary(
      Vocabulary vocabulary,
      CelOptions options,
      List<CelFunctionDecl> functions,
      CelRuntime runtime) {
    this.vocabulary = vocabulary;
    this.options = options;
    this.functions = functions;
    this.runtime = runtime;
    this.parser =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(options)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addMacros(Macros.all())
            .addLibraries(
                CelExtensions.math(2), CelExtensions.optional(), CelExtensions.comprehensions())
            .build();
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  CelValidationResult parse(String text) {
    return parser.parse(text);
  }

  /** Returns what checks this expression. */
  Checker checker(CelAbstractSyntaxTree parsed) {
    Set<String> names = new TreeSet<>();
    collect(parsed.getExpr(), names);
    if (names.contains("regex.extract") || names.stream().anyMatch(OF_OPTIONALS::contains)) {
      names.add(OPTIONAL);
    }
    return checkers.get(names, this::checker);
  }

  private Checker checker(Set<String> names) {
    CelCompilerBuilder builder =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(options)
            .setTypeProvider(vocabulary)
            .setStandardEnvironmentEnabled(false)
            .setStandardDeclarations(
                CelStandardDeclarations.newBuilder()
                    .filterFunctions(
                        (function, overload) -> names.contains(function.functionName()))
                    .build())
            .addLibraries(CelExtensions.comprehensions());
    for (CelFunctionDecl function : functions) {
      if (names.contains(function.name())) {
        builder.addFunctionDeclarations(function);
      }
    }
    if (names.contains(OPTIONAL)) {
      builder.addLibraries(CelExtensions.optional());
    }
    vocabulary.variables().forEach((name, type) -> builder.addVar(name, type));
    CelCompiler compiler = builder.build();
    return new Checker(compiler, new Optimizing(compiler, runtime));
  }

  /** Collects all that may be the name of a function, as {@code encode} and {@code url.encode}. */
  private static void collect(CelExpr expression, Set<String> names) {
    switch (expression.getKind()) {
      case SELECT -> collect(expression.select().operand(), names);
      case CALL -> {
        CelExpr.CelCall call = expression.call();
        names.add(call.function());
        if (call.target().isPresent()) {
          String qualifier = path(call.target().get());
          if (qualifier != null) {
            names.add(qualifier + "." + call.function());
          }
          collect(call.target().get(), names);
        }
        call.args().forEach(argument -> collect(argument, names));
      }
      case LIST -> {
        if (!expression.list().optionalIndices().isEmpty()) {
          names.add(OPTIONAL);
        }
        expression.list().elements().forEach(element -> collect(element, names));
      }
      case MAP ->
          expression
              .map()
              .entries()
              .forEach(entry -> {
                if (entry.optionalEntry()) {
                  names.add(OPTIONAL);
                }
                collect(entry.key(), names);
                collect(entry.value(), names);
              });
      case STRUCT -> expression.struct().entries().forEach(entry -> collect(entry.value(), names));
      case COMPREHENSION -> {
        CelExpr.CelComprehension loop = expression.comprehension();
        collect(loop.iterRange(), names);
        collect(loop.accuInit(), names);
        collect(loop.loopCondition(), names);
        collect(loop.loopStep(), names);
        collect(loop.result(), names);
      }
      default -> {} // names and constants
    }
  }

  private static @Nullable String path(CelExpr expression) {
    if (expression.getKind() == Kind.IDENT) {
      return expression.ident().name();
    }
    if (expression.getKind() != Kind.SELECT || expression.select().testOnly()) {
      return null;
    }
    String qualifier = path(expression.select().operand());
    return qualifier == null ? null : qualifier + "." + expression.select().field();
  }
}
