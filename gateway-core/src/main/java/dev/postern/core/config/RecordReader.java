package dev.postern.core.config;

import dev.postern.core.Section;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.json.Json;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.text.Secret;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads nodes as values of the model, led by the components of its records.
 *
 * <p>An absent field is handed to the constructor as null, so that the record sets its own default;
 * what the constructor refuses becomes a problem at the field it names. Reading goes on after a
 * problem, so that all of them are reported; whatever has one is left out.
 */
final class RecordReader implements ConfigContext {
  private final ConfigNode document;
  private final Dialect dialect;
  private final Diagnostics problems;
  private final Fields fields;
  private final ScalarReader scalars;
  private final ChoiceReader choices;
  private final PolicyReader policies;
  private final CertificateChecks certificates;

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
    this.fields = new Fields(dialect, problems, source, ignoreUnknownFields);
    this.scalars = new ScalarReader(problems, source, paths, fields);
    this.choices = new ChoiceReader(this, dialect, problems, fields, scalars);
    this.policies = new PolicyReader(this, dialect, problems, fields, scalars);
    this.certificates = new CertificateChecks(problems);
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
    return policies.policies(node, place, node.names(), true);
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
  @Nullable Object value(ConfigNode node, Type type, String address) {
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
    if (scalars.reads(raw)) {
      return scalars.read(node, raw);
    }
    if (raw == Json.class) {
      return JsonNodes.json(node);
    }
    Form<?, ?> form = dialect.form(raw);
    if (form != null || raw.isRecord()) {
      Object made =
          form == null ? record(node, RecordShape.of(raw), address) : formed(node, form, address);
      if (made != null) {
        certificates.check(node, made);
      }
      return made;
    }
    if (raw.isSealed()) {
      return choices.member(node, raw, address);
    }
    Method parse = RecordShape.parseMethod(raw);
    if (parse != null) {
      return scalars.scalar(node, text -> RecordShape.parse(parse, text));
    }
    throw new IllegalArgumentException("no YAML form of " + raw);
  }

  private @Nullable Object formed(ConfigNode node, Form<?, ?> form, String address) {
    Object written = value(node, form.form(), address);
    return written == null ? null : problems.attempt(node, () -> form.readAny(written));
  }

  private @Nullable Object list(ConfigNode node, Type element, String address) {
    List<ConfigNode> items = node.items();
    if (node.kind() != ConfigNode.Kind.LIST) {
      if (!dialect.oneOrMany(address) || !node.kind().scalar()) {
        return problems.wrongType(node, "a list");
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
      return problems.wrongType(node, "an object");
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
        Object text = scalars.expression(node);
        return text == null ? null : problems.attempt(node, () -> RecordShape.parse(parse, text));
      }
      return scalars.scalar(node, text -> RecordShape.parse(parse, text));
    }
    if (alone == null) {
      return problems.wrongType(node, "an object with " + Fields.names(fields.of(shape, address)));
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
    return problems.attempt(node, () -> shape.make(values));
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
        value = policies.policies(node, component, address, known);
      } else if (component.rawType() == Backend.class) {
        value = choices.backend(node, known, dialect.backendKeys(address));
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
    return failed ? null : problems.attempt(node, () -> shape.make(values));
  }

  static String join(String address, String name) {
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

  private List<Section> sections(ConfigNode node) {
    List<Section> sections = new ArrayList<>();
    for (ConfigSection type : dialect.sections()) {
      ConfigNode child = node.get(type.key());
      if (child != null) {
        Object section = problems.attempt(child, () -> type.read(child, this));
        if (section != null) {
          sections.add(type.type().cast(section));
        }
      }
    }
    return sections;
  }
}
