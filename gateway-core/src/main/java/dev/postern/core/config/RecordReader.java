package dev.postern.core.config;

import dev.postern.core.Section;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.json.Json;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.text.Secret;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads nodes as values of the model, led by the components of its records.
 *
 * <p>An absent field is handed to the constructor as null, so that the record sets its own default;
 * what the constructor refuses becomes a problem at the field it names. Reading goes on after a
 * problem, so that all of them are reported; whatever has one is left out.
 */
final class RecordReader implements ConfigContext {
  static final String CONDITIONAL = "conditional";
  static final String CONDITION = "condition";

  private final ConfigNode document;
  private final Dialect dialect;
  private final Diagnostics problems;
  private final SourceText source;
  private final Paths paths;
  private final Fields fields;

  RecordReader(
      ConfigNode document,
      Dialect dialect,
      Diagnostics problems,
      SourceText source,
      Paths paths,
      boolean ignoreUnknownFields) {
    this.document = document;
    this.dialect = dialect;
    this.problems = problems;
    this.source = source;
    this.paths = paths;
    this.fields = new Fields(dialect, problems, source, ignoreUnknownFields);
  }

  @Override
  public <T> @Nullable T read(ConfigNode node, Class<T> type) {
    return type.cast(value(node, type, dialect.address(type)));
  }

  @Override
  public @Nullable Object readType(ConfigNode node, Type type) {
    return value(node, type, "");
  }

  @Override
  public PolicySet policies(ConfigNode node, PolicyPlace place) {
    return policies(node, place, node.names(), true);
  }

  @Override
  public ConfigNode document() {
    return document;
  }

  @Override
  public void error(ConfigCode code, ConfigNode at, String message) {
    problems.error(code, at, message);
  }

  @Override
  public void warning(ConfigCode code, ConfigNode at, String message) {
    problems.warning(code, at, message);
  }

  /** Returns the value, or null when something is wrong and was noted. */
  private @Nullable Object value(ConfigNode node, Type type, String address) {
    if (node.scalar().broken()) {
      return null;
    }
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class
          ? list(node, arguments[0], address)
          : map(node, arguments[1], address);
    }
    Class<?> raw = (Class<?>) type;
    Function<String, Object> scalar = Scalars.reader(raw);
    if (scalar != null) {
      return scalar(node, scalar);
    }
    if (raw == Secret.class) {
      return secret(node);
    }
    if (raw == Path.class) {
      return path(node);
    }
    if (raw == ExpressionText.class) {
      return expression(node);
    }
    if (raw == Json.class) {
      return JsonNodes.json(node);
    }
    if (raw.isEnum()) {
      return constant(node, raw);
    }
    Form<?, ?> form = dialect.form(raw);
    if (form != null) {
      Object written = value(node, form.form(), address);
      return written == null ? null : attempt(node, () -> form.readAny(written));
    }
    if (raw.isRecord()) {
      return record(node, RecordShape.of(raw), address);
    }
    if (raw.isSealed()) {
      return choice(node, raw, address);
    }
    Method parse = RecordShape.parseMethod(raw);
    if (parse != null) {
      return scalar(node, text -> RecordShape.parse(parse, text));
    }
    throw new IllegalArgumentException("no YAML form of " + raw);
  }

  private @Nullable Object scalar(ConfigNode node, Function<String, Object> reader) {
    if (!node.kind().scalar()) {
      return wrongType(node, "a single value");
    }
    try {
      return reader.apply(node.text());
    } catch (Scalars.WrongType e) {
      return wrongType(node, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      return refused(node, e);
    }
  }

  private @Nullable Object wrongType(ConfigNode node, String expected) {
    // Of a scalar where an object was expected nothing is shown: it may be a secret.
    boolean scalarExpected = !expected.startsWith("an object") && !expected.startsWith("a list");
    String shown = node.kind().scalar() && !scalarExpected ? "a text" : node.shown();
    ConfigDiagnostic problem =
        ConfigDiagnostic.error(
            ConfigCode.WRONG_TYPE,
            node.location(),
            node.path(),
            shown + " (expected: " + expected + ")");
    problems.add(holdsStructure(node) ? problem.note("use --env-mode text") : problem);
    return null;
  }

  /** Whether the value is that of one variable, and would be a map or a list as YAML. */
  private static boolean holdsStructure(ConfigNode node) {
    ConfigNode.Scalar scalar = node.scalar();
    String text = scalar.text().strip();
    return scalar.substituted()
        && scalar.written().matches("\\$(\\w+|\\{[^}]*})")
        && (text.startsWith("{")
            || text.startsWith("[")
            || text.startsWith("- ")
            || text.matches("(?s)[\\w-]+:(\\s.*)?"));
  }

  private @Nullable Object constant(ConfigNode node, Class<?> type) {
    if (!node.kind().scalar()) {
      return wrongType(node, "one of " + spellings(type));
    }
    String text = node.text();
    for (Object constant : type.getEnumConstants()) {
      if (Scalars.spells(text, (Enum<?>) constant)) {
        return constant;
      }
    }
    String plain = plain(text);
    for (Object constant : type.getEnumConstants()) {
      String spelling = Scalars.spelling((Enum<?>) constant);
      if (plain(spelling).equals(plain)) {
        problems.warning(
            ConfigCode.DEPRECATED, node, node.shown() + " is spelt \"" + spelling + "\"");
        return constant;
      }
    }
    problems.error(
        ConfigCode.NOT_ALLOWED, node, node.shown() + " (expected: one of " + spellings(type) + ")");
    return null;
  }

  private static String plain(String text) {
    return text.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
  }

  private static String spellings(Class<?> type) {
    List<String> spellings = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      spellings.add(Scalars.spelling((Enum<?>) constant));
    }
    return String.join(", ", spellings);
  }

  private @Nullable Object secret(ConfigNode node) {
    if (node.kind() == ConfigNode.Kind.MAP) {
      fields.refuseUnknown(node, Set.of("file"), "");
      ConfigNode file = node.get("file");
      if (file == null && fields.explains(node, Set.of("file"))) {
        return null;
      }
      if (file == null) {
        return wrongType(node, "a text, or an object with the field file");
      }
      Object path = path(file);
      return path == null ? null : attempt(file, () -> Secret.file((Path) path));
    }
    if (!node.kind().scalar()) {
      return wrongType(node, "a text, or an object with the field file");
    }
    source.hide(node.location());
    ConfigNode.Scalar scalar = node.scalar();
    String text = scalar.text().strip();
    if (text.isEmpty()) {
      problems.error(ConfigCode.MALFORMED, node, "empty (expected: a secret)");
      return null;
    }
    return scalar.substituted() ? Secret.substituted(scalar.written(), text) : Secret.of(text);
  }

  private @Nullable Object expression(ConfigNode node) {
    if (!node.kind().scalar()) {
      return wrongType(node, "an expression");
    }
    return ExpressionText.parse(node.text()).writtenAt(new ExpressionOrigin(source, node));
  }

  private @Nullable Object path(ConfigNode node) {
    if (!node.kind().scalar()) {
      return wrongType(node, "the path of a file");
    }
    try {
      return paths.find(node.text());
    } catch (IllegalArgumentException e) {
      problems.error(ConfigCode.UNREADABLE, node, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private @Nullable Object list(ConfigNode node, Type element, String address) {
    List<ConfigNode> items = node.items();
    if (node.kind() != ConfigNode.Kind.LIST) {
      if (!dialect.oneOrMany(address) || !node.kind().scalar()) {
        return wrongType(node, "a list");
      }
      items = List.of(node);
    }
    List<Object> values = new ArrayList<>();
    boolean failed = false;
    for (ConfigNode item : items) {
      Object value =
          item.kind() == ConfigNode.Kind.NULL ? absentItem(item) : value(item, element, address);
      if (value == null) {
        failed = true;
      } else {
        values.add(value);
      }
    }
    return failed && !dialect.partial(address) ? null : values;
  }

  private @Nullable Object absentItem(ConfigNode item) {
    problems.error(ConfigCode.WRONG_TYPE, item, "nothing (expected: a value)");
    return null;
  }

  private @Nullable Object map(ConfigNode node, Type element, String address) {
    if (node.kind() != ConfigNode.Kind.MAP) {
      return wrongType(node, "an object");
    }
    Map<String, Object> values = new LinkedHashMap<>();
    boolean failed = false;
    for (String key : node.names()) {
      ConfigNode child = node.get(key);
      if (child != null) {
        Object value = value(child, element, address + ".*");
        if (value == null) {
          failed = true;
        } else {
          values.put(key, value);
        }
      }
    }
    return failed && !dialect.partial(address) ? null : values;
  }

  private @Nullable Object record(ConfigNode node, RecordShape shape, String address) {
    RecordShape.Component alone = shape.alone();
    boolean nothing = node.kind() == ConfigNode.Kind.NULL;
    if (nothing || (node.kind() == ConfigNode.Kind.MAP && !standsAlone(node, shape, alone))) {
      return fields(node, shape, address);
    }
    Method parse = shape.parse();
    if (parse != null && node.kind().scalar()) {
      if (parse.getParameterTypes()[0] == ExpressionText.class) {
        Object text = expression(node);
        return text == null ? null : attempt(node, () -> RecordShape.parse(parse, text));
      }
      return scalar(node, text -> RecordShape.parse(parse, text));
    }
    if (alone == null) {
      return wrongType(node, "an object with " + names(fields.of(shape, address)));
    }
    Object value = value(node, alone.type(), address + "." + alone.name());
    if (value == null) {
      return null;
    }
    @Nullable Object[] values = new @Nullable Object[shape.components().size()];
    values[0] = value;
    for (int i = 1; i < values.length; i++) {
      values[i] = shape.components().get(i).absent();
    }
    return attempt(node, () -> shape.make(values));
  }

  /** Whether a map is the one component that may stand for the record, rather than its fields. */
  private static boolean standsAlone(
      ConfigNode node, RecordShape shape, RecordShape.@Nullable Component alone) {
    if (alone == null
        || shape.components().stream().anyMatch(component -> node.has(component.name()))) {
      return false;
    }
    Class<?> type = alone.rawType();
    if (type.isRecord()) {
      return RecordShape.of(type).components().stream().anyMatch(part -> node.has(part.name()));
    }
    if (type == Secret.class) {
      return node.has("file");
    }
    return type == Map.class
        || (type.isSealed() && RecordShape.members(type).keySet().stream().anyMatch(node::has));
  }

  private @Nullable Object fields(ConfigNode node, RecordShape shape, String address) {
    Set<String> known = fields.of(shape, address);
    @Nullable Object[] values = new @Nullable Object[shape.components().size()];
    boolean failed = false;
    int i = 0;
    for (RecordShape.Component component : shape.components()) {
      Object value = component.absent();
      if (component.rawType() == PolicySet.class) {
        value = policies(node, component, address, known);
      } else if (component.rawType() == Backend.class) {
        value = backend(node, known, dialect.backendKeys(address));
        failed |= value == null;
      } else if (component.inline()) {
        value = sections(node);
      } else {
        ConfigNode child = Fields.child(node, component.name());
        if (child != null) {
          value = value(child, component.type(), join(address, component.name()));
          failed |= value == null;
        } else if (component.required()) {
          missing(node, component.name());
          failed = true;
        }
      }
      values[i++] = value;
    }
    fields.refuseUnknown(node, known, address);
    return failed ? null : attempt(node, () -> shape.make(values));
  }

  private static String join(String address, String name) {
    return address.isEmpty() ? name : address + "." + name;
  }

  private void missing(ConfigNode node, String name) {
    problems.add(
        ConfigDiagnostic.error(
            ConfigCode.MISSING,
            node.location(),
            node.configPath().key(name).toString(),
            "is required"));
  }

  private PolicySet policies(
      ConfigNode node, RecordShape.Component component, String address, Set<String> known) {
    PolicyPlace place =
        address.equals("policies") ? TargetedForm.place(node) : Dialect.place(address);
    if (component.inline()) {
      Set<String> names = new LinkedHashSet<>(node.names());
      names.retainAll(known);
      names.retainAll(dialect.policyKeys(place));
      return policies(node, place, names, false);
    }
    ConfigNode child = node.get(component.name());
    if (child == null) {
      return PolicySet.EMPTY;
    }
    if (child.kind() != ConfigNode.Kind.MAP) {
      wrongType(child, "an object with policies");
      return PolicySet.EMPTY;
    }
    return policies(child, place, child.names(), true);
  }

  private PolicySet policies(
      ConfigNode node, PolicyPlace place, Iterable<String> names, boolean closed) {
    PolicySet set = PolicySet.EMPTY;
    for (String name : names) {
      PolicyType type = dialect.policy(name, place);
      ConfigNode child = node.get(name);
      if (type != null && child != null && !child.scalar().broken()) {
        boolean chosen = type.conditional() && place.conditional() && child.has(CONDITIONAL);
        Object policy =
            attempt(child, () -> chosen ? conditional(child, type) : type.read(child, this));
        if (policy != null) {
          set = set.plus(chosen ? (Policy) policy : type.type().cast(policy));
        }
      }
    }
    if (closed) {
      fields.refuseUnknownPolicies(node, place);
    }
    return set;
  }

  private @Nullable Policy conditional(ConfigNode node, PolicyType type) {
    fields.refuseUnknown(node, Set.of(CONDITIONAL), "");
    ConfigNode list = node.get(CONDITIONAL);
    if (list == null || list.kind() != ConfigNode.Kind.LIST) {
      wrongType(list == null ? node : list, "a list of policies with conditions");
      return null;
    }
    List<ConditionalPolicy.Entry> entries = new ArrayList<>();
    boolean failed = false;
    for (ConfigNode item : list.items()) {
      ConditionalPolicy.Entry entry = conditionalEntry(item, type);
      failed |= entry == null;
      if (entry != null) {
        entries.add(entry);
      }
    }
    return failed ? null : new ConditionalPolicy(entries);
  }

  private ConditionalPolicy.@Nullable Entry conditionalEntry(ConfigNode item, PolicyType type) {
    if (item.kind() != ConfigNode.Kind.MAP) {
      wrongType(item, "an object with condition and the fields of " + type.key());
      return null;
    }
    ConfigNode written = item.get(CONDITION);
    Object condition = written == null ? null : expression(written);
    Object policy = attempt(item, () -> type.read(item.without(CONDITION), this));
    return policy == null || (written != null && condition == null)
        ? null
        : new ConditionalPolicy.Entry((ExpressionText) condition, (InterceptingPolicy) policy);
  }

  private List<Section> sections(ConfigNode node) {
    List<Section> sections = new ArrayList<>();
    for (ConfigSection type : dialect.sections()) {
      ConfigNode child = node.get(type.key());
      if (child != null) {
        Object section = attempt(child, () -> type.read(child, this));
        if (section != null) {
          sections.add(type.type().cast(section));
        }
      }
    }
    return sections;
  }

  private @Nullable Object backend(ConfigNode node, Set<String> known, List<String> keys) {
    List<String> written = new ArrayList<>();
    for (String key : node.names()) {
      if (keys.contains(key)) {
        written.add(key);
      }
    }
    if (written.size() != 1) {
      if (fields.explains(node, known)) {
        return null;
      }
      problems.error(
          ConfigCode.CHOICE,
          node,
          (written.isEmpty() ? "no backend" : names(written) + ": more than one backend")
              + " (expected: exactly one of "
              + names(keys)
              + ")");
      return null;
    }
    BackendType type = dialect.backend(written.getFirst());
    ConfigNode child = node.fields().get(written.getFirst());
    return type == null || child == null || child.scalar().broken()
        ? null
        : attempt(child, () -> type.read(child, this));
  }

  private @Nullable Object choice(ConfigNode node, Class<?> sealed, String address) {
    Map<String, Class<?>> members = RecordShape.members(sealed);
    if (node.kind().scalar()) {
      return scalarChoice(node, sealed, members);
    }
    if (node.kind() != ConfigNode.Kind.MAP) {
      return wrongType(node, "an object with one of " + names(members.keySet()));
    }
    fields.refuseUnknown(node, members.keySet(), address);
    List<String> written = node.names().stream().filter(members::containsKey).toList();
    if (written.size() != 1) {
      if (!written.isEmpty() || node.names().isEmpty()) {
        problems.error(
            ConfigCode.CHOICE,
            node,
            (written.isEmpty() ? "nothing set" : names(written) + ": set together")
                + " (expected: exactly one of "
                + names(members.keySet())
                + ")");
      }
      return null;
    }
    ConfigNode child = node.fields().get(written.getFirst());
    Class<?> member = members.get(written.getFirst());
    return child == null || member == null
        ? null
        : value(child, member, join(address, written.getFirst()));
  }

  /** A member without components may be written as its name alone. */
  private @Nullable Object scalarChoice(
      ConfigNode node, Class<?> sealed, Map<String, Class<?>> members) {
    Class<?> member = members.get(node.text());
    if (member != null && RecordShape.of(member).components().isEmpty()) {
      return attempt(node, () -> RecordShape.of(member).make(new Object[0]));
    }
    Method parse = RecordShape.parseMethod(sealed);
    if (parse != null) {
      return scalar(node, text -> RecordShape.parse(parse, text));
    }
    return wrongType(node, "an object with one of " + names(members.keySet()));
  }

  private static String names(Iterable<String> names) {
    List<String> list = new ArrayList<>();
    names.forEach(list::add);
    return list.stream().collect(Collectors.joining(", "));
  }

  /** Makes a value; what it refuses is noted at the field that its message names. */
  private @Nullable Object attempt(ConfigNode node, Supplier<@Nullable Object> maker) {
    try {
      return maker.get();
    } catch (IllegalArgumentException e) {
      return refused(node, e);
    }
  }

  private @Nullable Object refused(ConfigNode node, IllegalArgumentException e) {
    problems.add(Refusal.of(node, String.valueOf(e.getMessage())));
    return null;
  }
}
