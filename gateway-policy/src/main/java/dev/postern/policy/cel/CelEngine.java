package dev.postern.policy.cel;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelKind;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import dev.cel.runtime.standard.AddOperator.AddOverload;
import dev.cel.runtime.standard.CelStandardOverload;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Compiles with cel-java: one runtime, one compiler for each set of variables. */
final class CelEngine implements ExpressionEngine {
  private static final CelOptions OPTIONS =
      CelOptions.current()
          .enableHeterogeneousNumericComparisons(true)
          .maxExpressionCodePointSize(Limits.TEXT)
          .maxParseRecursionDepth(Limits.PARSER_DEPTH)
          .comprehensionMaxIterations(Limits.ITERATIONS)
          .build();

  /** The strings extension without what our own, bounded functions do. */
  private static final Set<CelStringExtensions.Function> STRINGS =
      EnumSet.complementOf(
          EnumSet.of(CelStringExtensions.Function.REPLACE, CelStringExtensions.Function.JOIN));

  private static final Set<CelStandardOverload> UNBOUNDED =
      Set.of(AddOverload.ADD_STRING, AddOverload.ADD_BYTES, AddOverload.ADD_LIST);

  private final FunctionSet functions = new FunctionSet();
  private final Set<String> names = new LinkedHashSet<>();
  private final CelRuntime runtime;
  private final Watch watch;
  private final Map<Variables, Dictionary> dictionaries = new ConcurrentHashMap<>();
  private final Cache<Key, Expression> compiled = Caffeine.newBuilder().weakValues().build();
  private final AtomicLong compilations = new AtomicLong();

  private record Variables(Place place, Moment moment, List<VariableSource> sources) {}

  private record Key(String text, Environment environment) {}

  CelEngine(InstantSource clock, RandomGenerator random, OpenTelemetry openTelemetry) {
    DataFunctions.addTo(functions, clock, random);
    TextFunctions.addTo(functions);
    RegexFunctions.addTo(functions);
    NetworkFunctions.addTo(functions);
    functions.declarations().stream().map(CelFunctionDecl::name).forEach(names::add);
    names.addAll(List.of("has", "all", "exists", "map", "filter", "size", "string", "int"));
    names.addAll(List.of("with", "mapValues", "filterKeys", "matches", "startsWith", "endsWith"));
    names.addAll(List.of("contains", "timestamp", "duration", "double", "bool", "bytes"));
    names.addAll(List.of("charAt", "indexOf", "lastIndexOf", "lowerAscii", "upperAscii"));
    names.addAll(List.of("quote", "reverse", "split", "substring", "trim", "unredacted"));
    names.add("variables");
    watch = new Watch(clock, openTelemetry);
    runtime =
        CelRuntimeFactory.plannerRuntimeBuilder()
            .setOptions(OPTIONS)
            .setStandardFunctions(
                CelStandardFunctions.newBuilder().filterFunctions(CelEngine::isBounded).build())
            .addFunctionBindings(functions.bindings())
            .addLibraries(
                CelExtensions.strings(STRINGS),
                CelExtensions.math(2),
                CelExtensions.optional(),
                CelExtensions.comprehensions())
            .build();
  }

  /** What the standard has without a bound, we have with one. */
  private static boolean isBounded(StandardFunction function, CelStandardOverload overload) {
    return function != StandardFunction.MATCHES && !UNBOUNDED.contains(overload);
  }

  @Override
  public Expression compile(ExpressionText text, Environment environment) {
    Key key = new Key(text.text(), environment);
    Expression known = compiled.getIfPresent(key);
    if (known != null) {
      return known;
    }
    Expression fresh = plan(text, environment);
    compilations.incrementAndGet();
    compiled.put(key, fresh);
    return fresh;
  }

  private Expression plan(ExpressionText text, Environment environment) {
    Dictionary dictionary =
        dictionaries.computeIfAbsent(
            new Variables(environment.place(), environment.moment(), environment.sources()),
            this::dictionary);
    if (text.text().isBlank()) {
      throw new ExpressionException(text, -1, "empty (expected: an expression)");
    }
    Vocabulary vocabulary = dictionary.vocabulary();
    CelAbstractSyntaxTree parsed = tree(text, dictionary.parse(text.text()), vocabulary);
    CelAbstractSyntaxTree plain = Shorthands.expand(text.text(), parsed, vocabulary);
    Dictionary.Checker checker = dictionary.checker(plain);
    CelAbstractSyntaxTree ast = tree(text, checker.compiler().check(plain), vocabulary);
    checkResult(text, ast.getResultType().kind(), environment.result());
    Inspection.Findings findings = Inspection.of(text, ast, vocabulary.variables().keySet());
    ast = checker.optimizing().optimized(ast);
    if (isTrue(ast.getExpr())) {
      findings = findings.alwaysTrue();
    }
    try {
      return new CelExpression(
          text.text(), findings, environment, runtime.createProgram(ast), watch);
    } catch (CelEvaluationException e) {
      throw new ExpressionException(text, -1, String.valueOf(e.getMessage()));
    }
  }

  private static boolean isTrue(CelExpr expression) {
    return expression.getKind() == CelExpr.ExprKind.Kind.CONSTANT
        && expression.constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE
        && expression.constant().booleanValue();
  }

  private CelAbstractSyntaxTree tree(
      ExpressionText text, CelValidationResult result, Vocabulary vocabulary) {
    if (result.hasError()) {
      if (result.getErrors().isEmpty()) {
        throw new ExpressionException(text, -1, "malformed");
      }
      throw Complaints.of(text, result.getErrors().getFirst(), vocabulary, names);
    }
    try {
      return result.getAst();
    } catch (CelValidationException e) {
      throw new ExpressionException(text, -1, String.valueOf(e.getMessage()));
    }
  }

  private static void checkResult(ExpressionText text, CelKind kind, Result wanted) {
    boolean fits =
        kind == CelKind.DYN
            || kind == CelKind.ANY
            || switch (wanted) {
              case ANY -> true;
              case BOOLEAN -> kind == CelKind.BOOL;
              case NUMBER -> kind == CelKind.INT || kind == CelKind.UINT || kind == CelKind.DOUBLE;
              case TEXT -> kind == CelKind.STRING;
              case STRING ->
                  switch (kind) {
                    case STRING, BOOL, INT, UINT, DOUBLE, TIMESTAMP, DURATION, OPAQUE -> true;
                    default -> false;
                  };
            };
    if (!fits) {
      String expected =
          switch (wanted) {
            case BOOLEAN -> "true or false";
            case NUMBER -> "a number";
            default -> "a text";
          };
      throw new ExpressionException(
          text, 0, "gives " + shown(kind) + " (expected: " + expected + ")");
    }
  }

  private static String shown(CelKind kind) {
    return switch (kind) {
      case STRING -> "a text";
      case BOOL -> "true or false";
      case INT, UINT, DOUBLE -> "a number";
      case LIST -> "a list";
      case MAP, STRUCT -> "an object";
      case BYTES -> "bytes";
      case NULL_TYPE -> "null";
      case TIMESTAMP -> "a time";
      case DURATION -> "a duration";
      default -> "something else";
    };
  }

  private Dictionary dictionary(Variables variables) {
    return new Dictionary(
        new Vocabulary(variables.place(), variables.moment(), variables.sources()),
        OPTIONS,
        declarations(variables.moment()),
        runtime);
  }

  private List<CelFunctionDecl> declarations(Moment moment) {
    List<CelFunctionDecl> declarations = new ArrayList<>(functions.declarations());
    declarations.addAll(CelExtensions.strings(STRINGS).functions());
    declarations.addAll(CelExtensions.math(2).functions());
    if (moment != Moment.END) {
      declarations.removeIf(declaration -> Vocabulary.FOR_LOGS.contains(declaration.name()));
    }
    return declarations;
  }

  /** Returns how often something was compiled so far, and not found among what is in use. */
  long compilations() {
    return compilations.get();
  }
}
