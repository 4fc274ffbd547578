package dev.postern.policy.cel;

import com.google.common.collect.ImmutableList;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelByteString;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Collects functions: what the checker is told of each, and what runs. */
final class FunctionSet {
  static final CelType STRING = SimpleType.STRING;
  static final CelType BYTES = SimpleType.BYTES;
  static final CelType BOOL = SimpleType.BOOL;
  static final CelType INT = SimpleType.INT;
  static final CelType DOUBLE = SimpleType.DOUBLE;
  static final CelType DYN = SimpleType.DYN;
  static final CelType MAP = MapType.create(SimpleType.STRING, SimpleType.DYN);
  static final CelType LIST = ListType.create(SimpleType.DYN);
  static final CelType STRINGS = ListType.create(SimpleType.STRING);

  private final Map<String, List<CelOverloadDecl>> declarations = new LinkedHashMap<>();
  private final Map<String, List<CelFunctionBinding>> bindings = new LinkedHashMap<>();

  /** What a function does; what it refuses is said by an {@link IllegalArgumentException}. */
  @FunctionalInterface
  interface Body {
    Object apply(Object[] arguments);
  }

  /** Adds a function of these arguments. */
  void global(String name, CelType result, Body body, CelType... arguments) {
    String id = id(name, arguments);
    declare(name, CelOverloadDecl.newGlobalOverload(id, result, arguments));
    bind(name, binding(id, classes(arguments), body));
  }

  /** Adds a function that is called on its first argument. */
  void member(String name, CelType result, Body body, CelType target, CelType... arguments) {
    CelType[] all = new CelType[arguments.length + 1];
    all[0] = target;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    String id = "on_" + id(name, all);
    declare(name, CelOverloadDecl.newMemberOverload(id, result, all));
    bind(name, binding(id, classes(all), body));
  }

  /** Adds a function that is also called when arguments have failed, with their failures. */
  void lenient(String name, Body body, int arguments) {
    CelType[] all = new CelType[arguments];
    Arrays.fill(all, DYN);
    String id = id(name, all);
    declare(name, CelOverloadDecl.newGlobalOverload(id, DYN, all));
    bind(name, new Lenient(id, classes(all), guarded(body)));
  }

  /** Adds what runs for a function of the standard, which is declared already. */
  void standard(String name, String overload, Body body, CelType... arguments) {
    bind(name, binding(overload, classes(arguments), body));
  }

  private void declare(String name, CelOverloadDecl overload) {
    declarations.computeIfAbsent(name, key -> new ArrayList<>()).add(overload);
  }

  private void bind(String name, CelFunctionBinding binding) {
    bindings.computeIfAbsent(name, key -> new ArrayList<>()).add(binding);
  }

  List<CelFunctionDecl> declarations() {
    List<CelFunctionDecl> all = new ArrayList<>();
    declarations.forEach(
        (name, overloads) -> all.add(CelFunctionDecl.newFunctionDeclaration(name, overloads)));
    return all;
  }

  List<CelFunctionBinding> bindings() {
    List<CelFunctionBinding> all = new ArrayList<>();
    bindings.forEach((name, own) -> all.addAll(CelFunctionBinding.fromOverloads(name, own)));
    return all;
  }

  private static String id(String name, CelType... arguments) {
    StringBuilder id = new StringBuilder("postern_").append(name.replace('.', '_'));
    for (CelType argument : arguments) {
      id.append('_').append(argument.kind().name().toLowerCase(Locale.ROOT));
      id.append(
          argument.equals(IpValue.TYPE) ? "ip" : argument.equals(CidrValue.TYPE) ? "cidr" : "");
    }
    return id.toString();
  }

  private static ImmutableList<Class<?>> classes(CelType... types) {
    ImmutableList.Builder<Class<?>> classes = ImmutableList.builder();
    for (CelType type : types) {
      classes.add(
          switch (type.kind()) {
            case STRING -> String.class;
            case BYTES -> CelByteString.class;
            case BOOL -> Boolean.class;
            case INT -> Long.class;
            case DOUBLE -> Double.class;
            case MAP -> Map.class;
            case LIST -> List.class;
            case OPAQUE -> type.equals(IpValue.TYPE) ? IpValue.class : CidrValue.class;
            default -> Object.class;
          });
    }
    return classes.build();
  }

  /** Overloads of one and two arguments are told apart at run time in a form of their own. */
  private static CelFunctionBinding binding(String id, ImmutableList<Class<?>> classes, Body body) {
    CelFunctionOverload guarded = guarded(body);
    return switch (classes.size()) {
      case 1 -> CelFunctionBinding.from(id, classes.get(0), a -> guarded.apply(new Object[] {a}));
      case 2 ->
          CelFunctionBinding.from(
              id, classes.get(0), classes.get(1), (a, b) -> guarded.apply(new Object[] {a, b}));
      default -> CelFunctionBinding.from(id, classes, guarded);
    };
  }

  @SuppressWarnings("Immutable") // the functions hold no state that changes
  private static CelFunctionOverload guarded(Body body) {
    return arguments -> {
      try {
        return body.apply(arguments);
      } catch (IllegalArgumentException e) {
        throw new CelEvaluationException(String.valueOf(e.getMessage()), e);
      }
    };
  }

  private record Lenient(
      String getOverloadId, ImmutableList<Class<?>> getArgTypes, CelFunctionOverload getDefinition)
      implements CelFunctionBinding {
    @Override
    public boolean isStrict() {
      return false;
    }
  }
}
