package dev.postern.core.config;

import dev.postern.core.GatewayConfig;
import dev.postern.core.Section;
import dev.postern.core.http.Cidr;
import dev.postern.core.json.Json;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.text.Durations;
import dev.postern.core.text.Secret;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Writes configurations as YAML: the reverse of {@link RecordReader}. */
final class ConfigWriter {
  static final String REDACTED = "<redacted>";

  private final Dialect dialect;

  ConfigWriter(Dialect dialect) {
    this.dialect = dialect;
  }

  String write(GatewayConfig config) {
    return yaml(tree(Normaliser.form(config)));
  }

  static String yaml(@Nullable Object tree) {
    if (tree instanceof Map<?, ?> map && map.isEmpty()) {
      return "";
    }
    DumpSettings settings =
        DumpSettings.builder()
            .setSchema(new CoreSchema())
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setWidth(100)
            .setSplitLines(false)
            .build();
    return new Dump(settings).dumpToString(tree);
  }

  /** Returns a value as maps, lists and scalars. */
  @Nullable Object tree(Object value) {
    return switch (value) {
      case String text -> Substitution.escape(text);
      case Boolean bool -> bool;
      case BigDecimal number -> number.toPlainString();
      case Number number -> number;
      case Duration duration -> Durations.print(duration);
      case Instant time -> time.toString();
      case Cidr range -> range.toString();
      case Enum<?> constant -> Scalars.spelling(constant);
      case Path path -> Substitution.escape(path.toString());
      case Secret secret -> secret(secret);
      case Json json -> JsonNodes.plain(json);
      case Collection<?> list -> list(list);
      case Map<?, ?> map -> map(map);
      case PolicySet policies -> policies(policies);
      default -> object(value);
    };
  }

  private @Nullable Object object(Object value) {
    Form<?, ?> form = dialect.form(value.getClass());
    if (form != null) {
      return tree(form.writeAny(value));
    }
    if (value.getClass().isRecord()) {
      return record(value);
    }
    if (RecordShape.parseMethod(value.getClass()) != null) {
      return Substitution.escape(value.toString());
    }
    throw new IllegalArgumentException("no YAML form of " + value.getClass().getName());
  }

  private static Object secret(Secret secret) {
    return switch (secret.reference().orElse(null)) {
      case Secret.Reference.Template template -> template.template();
      case Secret.Reference.File file -> Map.of("file", file.path().toString());
      case null -> REDACTED;
    };
  }

  private @Nullable Object list(Collection<?> list) {
    List<@Nullable Object> items = new ArrayList<>();
    list.forEach(item -> items.add(tree(item)));
    return items;
  }

  private @Nullable Object map(Map<?, ?> map) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    map.forEach((key, value) -> fields.put(Substitution.escape(String.valueOf(key)), tree(value)));
    return fields;
  }

  /** Returns the fields that differ from what the record sets by itself. */
  private Map<String, @Nullable Object> record(Object value) {
    RecordShape shape = RecordShape.of(value.getClass());
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    for (RecordShape.Component component : shape.components()) {
      Object part = RecordShape.get(value, component);
      if (part != null && !part.equals(shape.without(value, component))) {
        component(fields, component, part);
      }
    }
    return fields;
  }

  /** Returns a value under its key; a record that is all in its only field, as that field. */
  private @Nullable Object under(String key, Object value) {
    Object tree = tree(value);
    if (!value.getClass().isRecord() || dialect.form(value.getClass()) != null) {
      return tree;
    }
    RecordShape.Component alone = RecordShape.of(value.getClass()).alone();
    if (alone == null || !(alone.name().equals(key) || alone.name().equals("value"))) {
      return tree;
    }
    return tree instanceof Map<?, ?> map && map.keySet().equals(Set.of(alone.name()))
        ? map.get(alone.name())
        : tree;
  }

  private void component(
      Map<String, @Nullable Object> fields, RecordShape.Component component, Object part) {
    switch (part) {
      case PolicySet policies when component.inline() -> fields.putAll(policies(policies));
      case PolicySet policies when policies.isEmpty() -> {}
      case Backend backend -> fields.put(backend.kind(), backend(backend));
      case List<?> sections when component.inline() -> {
        for (Object section : sections) {
          section(fields, (Section) section);
        }
      }
      case Collection<?> list when list.isEmpty() -> {}
      case Map<?, ?> map when map.isEmpty() -> {}
      default -> {
        Object written =
            isChoice(component.rawType()) ? member(component, part) : under(component.name(), part);
        fields.put(component.name(), written);
      }
    }
  }

  private static boolean isChoice(Class<?> type) {
    return type.isSealed() && type != Json.class;
  }

  /** Returns the member of a closed choice under its key. */
  private @Nullable Object member(RecordShape.Component component, Object part) {
    for (Map.Entry<String, Class<?>> member : RecordShape.members(component.rawType()).entrySet()) {
      if (member.getValue().isInstance(part)) {
        return Collections.singletonMap(member.getKey(), under(member.getKey(), part));
      }
    }
    return tree(part);
  }

  private Map<String, @Nullable Object> policies(PolicySet policies) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    for (Policy policy : policies.all()) {
      PolicyType type = dialect.policy(policy.kind());
      if (type == null) {
        throw unknown("policy", policy.kind());
      }
      fields.put(
          policy.kind(),
          policy instanceof ConditionalPolicy chosen
              ? conditional(chosen, type)
              : under(policy.kind(), type.write(policy)));
    }
    return fields;
  }

  private Object conditional(ConditionalPolicy policy, PolicyType type) {
    List<Object> entries = new ArrayList<>();
    for (ConditionalPolicy.Entry entry : policy.conditional()) {
      Object written = type.write(entry.policy());
      if (written instanceof List<?> list) {
        if (list.size() != 1) {
          throw new IllegalArgumentException(
              type.key() + ": a conditional list of " + list.size() + " has no YAML form");
        }
        written = list.getFirst();
      }
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      if (entry.condition() != null) {
        fields.put(PolicyReader.CONDITION, tree(entry.condition()));
      }
      fields.putAll(record(written));
      entries.add(fields);
    }
    Map<String, @Nullable Object> written = new LinkedHashMap<>();
    written.put(PolicyReader.CONDITIONAL, entries);
    if (policy.onConditionError() != ConditionalPolicy.OnConditionError.SKIP) {
      written.put(PolicyReader.ON_CONDITION_ERROR, tree(policy.onConditionError()));
    }
    return written;
  }

  private @Nullable Object backend(Backend backend) {
    BackendType type = dialect.backend(backend.kind());
    if (type == null) {
      throw unknown("backend", backend.kind());
    }
    return under(backend.kind(), type.write(backend));
  }

  private void section(Map<String, @Nullable Object> fields, Section section) {
    for (ConfigSection type : dialect.sections()) {
      if (type.key().equals(section.kind())) {
        fields.put(section.kind(), tree(type.write(section)));
        return;
      }
    }
    throw unknown("section", section.kind());
  }

  private static IllegalArgumentException unknown(String what, String kind) {
    return new IllegalArgumentException(
        "the " + what + " " + kind + " has no YAML form (expected: one that a module reads)");
  }
}
