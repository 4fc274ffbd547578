package dev.postern.core.config;

import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.http.Cidr;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.text.Secret;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Derives the JSON Schema of the dialect from the records that {@link RecordReader} reads. */
final class Schema {
  private static final Set<Class<?>> WHOLE =
      Set.of(int.class, Integer.class, long.class, Long.class);
  private static final Set<Class<?>> NUMBERS = Set.of(double.class, Double.class, BigDecimal.class);

  /** How a message begins that sends a reader to another module. */
  private static final String MODULE = "needs the ";

  private final Dialect dialect;
  private final Map<String, JsonObject> definitions = new TreeMap<>();
  private final Map<String, Set<String>> fields = new TreeMap<>();
  private final JsonObject root;

  Schema(Dialect dialect) {
    this.dialect = dialect;
    definitions.put("variable", text().put("pattern", "\\$").build());
    definitions.put(
        "duration", text().put("pattern", "^([0-9.]+(ns|us|µs|ms|s|m|h|d))+$|\\$").build());
    definitions.put(
        "secret",
        anyOf(
            text().build(),
            closed(JsonObject.builder().put("file", text().build()).build())
                .put("required", JsonArray.of(List.of(Json.of("file"))))
                .build()));
    root = record(RecordShape.of(DocumentForm.class), "", PolicyPlace.ROUTE).build();
    for (PolicyType type : dialect.policies()) {
      of(type.form(), dialect.address(type.type()));
    }
  }

  /** Returns the schema as indented JSON. */
  String print() {
    JsonObject.Builder schema =
        JsonObject.builder()
            .put("$schema", "https://json-schema.org/draft/2020-12/schema")
            .put("title", "Postern configuration");
    root.members().forEach(schema::put);
    StringBuilder out = new StringBuilder();
    print(schema.put("$defs", JsonObject.of(definitions)).build(), "", out);
    return out.append('\n').toString();
  }

  /** Returns the fields of the objects at that address. */
  Set<String> fields(String address) {
    return fields.getOrDefault(address, Set.of());
  }

  /** Returns the fields of all objects, by address. */
  Map<String, Set<String>> fields() {
    return fields;
  }

  private Json of(Type type, String address) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        Json items = of(arguments[0], address);
        JsonObject list = object("array").put("items", items).build();
        return dialect.oneOrMany(address) ? anyOf(items, list) : list;
      }
      return object("object").put("additionalProperties", of(arguments[1], address + ".*")).build();
    }
    Class<?> raw = (Class<?>) type;
    if (raw == boolean.class || raw == Boolean.class) {
      return anyOf(object("boolean").build(), ref("variable"));
    }
    if (WHOLE.contains(raw)) {
      return anyOf(object("integer").build(), ref("variable"));
    }
    if (NUMBERS.contains(raw)) {
      return anyOf(object("number").build(), ref("variable"));
    }
    if (raw == String.class || raw == ExpressionText.class) {
      return JsonObject.builder()
          .put(
              "type",
              JsonArray.of(List.of(Json.of("string"), Json.of("number"), Json.of("boolean"))))
          .build();
    }
    if (raw == Path.class || raw == Instant.class || raw == Cidr.class) {
      return text().build();
    }
    if (raw == Duration.class) {
      return ref("duration");
    }
    if (raw == Secret.class) {
      return ref("secret");
    }
    if (raw == Json.class) {
      return JsonObject.EMPTY;
    }
    if (raw.isEnum()) {
      return constants(raw);
    }
    Form<?, ?> form = dialect.form(raw);
    return object(form == null ? raw : form.form(), address);
  }

  private Json object(Class<?> raw, String address) {
    if (!raw.isRecord() && !raw.isSealed()) {
      return text().build(); // read by its parse method
    }
    PolicyPlace place = Dialect.place(address);
    String name = raw.getName().substring(raw.getPackageName().length() + 1).replace('$', '.');
    boolean placed = raw.isRecord() && hasPolicies(RecordShape.of(raw));
    String key = placed ? name + "@" + (address.equals("backends") ? "named" : place) : name;
    boolean known = definitions.containsKey(key);
    if (!known || !fields.containsKey(address)) {
      definitions.putIfAbsent(key, JsonObject.EMPTY); // ends recursion
      if (fields.containsKey(address)) {
        definitions.put(key, definition(raw, address, place));
        return ref(key);
      }
      fields.put(address, Set.of());
      definitions.put(key, definition(raw, address, place));
    }
    return ref(key);
  }

  private JsonObject definition(Class<?> raw, String address, PolicyPlace place) {
    return raw.isSealed()
        ? choice(raw, address)
        : alternatives(RecordShape.of(raw), address, place);
  }

  private static boolean hasPolicies(RecordShape shape) {
    return shape.components().stream().anyMatch(part -> part.rawType() == PolicySet.class);
  }

  private JsonObject alternatives(RecordShape shape, String address, PolicyPlace place) {
    List<Json> forms = new ArrayList<>();
    RecordShape.Component alone = shape.alone();
    if (shape.parse() != null) {
      forms.add(text().build());
    } else if (alone != null) {
      forms.add(of(alone.type(), join(address, alone.name())));
    }
    forms.add(record(shape, address, place).build());
    return forms.size() == 1 ? (JsonObject) forms.getFirst() : anyOf(forms.toArray(new Json[0]));
  }

  private JsonObject.Builder record(RecordShape shape, String address, PolicyPlace place) {
    JsonObject.Builder properties = JsonObject.builder();
    Set<String> names = new LinkedHashSet<>();
    List<Json> required = new ArrayList<>();
    for (RecordShape.Component part : shape.components()) {
      if (part.rawType() == Backend.class) {
        backends(properties, names, address);
      } else if (part.rawType() == PolicySet.class && part.inline()) {
        policies(place).members().forEach(properties::put);
        names.addAll(dialect.policyKeys(place));
      } else if (part.rawType() == PolicySet.class) {
        properties.put(part.name(), policyRef(place));
        names.add(part.name());
      } else if (part.inline()) {
        sections(properties, names);
      } else {
        properties.put(part.name(), of(part.type(), join(address, part.name())));
        names.add(part.name());
        String synonym = Synonyms.of(part.name());
        if (synonym != null) {
          properties.put(synonym, of(part.type(), join(address, part.name())));
        }
        if (part.required()) {
          required.add(new JsonString(part.name()));
        }
      }
    }
    fields.put(address, names);
    modules(properties, address);
    JsonObject.Builder record = closed(properties.build());
    return required.isEmpty() ? record : record.put("required", JsonArray.of(required));
  }

  /** Fields that a module brings which is not on the class path here. */
  private void modules(JsonObject.Builder properties, String address) {
    dialect
        .documented()
        .all()
        .getOrDefault(address, Map.of())
        .forEach((name, entry) -> {
          if (entry.message().startsWith(MODULE)) {
            properties.put(name, JsonObject.EMPTY);
          }
        });
  }

  private void backends(JsonObject.Builder properties, Set<String> names, String address) {
    for (String key : dialect.backendKeys(address)) {
      BackendType type = dialect.backend(key);
      if (type != null) {
        Json schema = of(type.form(), dialect.address(type.type()));
        boolean empty = RecordShape.of(type.type()).components().isEmpty();
        properties.put(key, empty ? anyOf(schema, object("null").build()) : schema);
        names.add(key);
      }
    }
  }

  private void sections(JsonObject.Builder properties, Set<String> names) {
    for (ConfigSection type : dialect.sections()) {
      properties.put(type.key(), of(type.form(), type.key()));
      names.add(type.key());
    }
  }

  private Json policyRef(PolicyPlace place) {
    String name = "policies." + place.name().toLowerCase(Locale.ROOT);
    if (!definitions.containsKey(name)) {
      definitions.put(name, JsonObject.EMPTY);
      definitions.put(name, closed(policies(place)).build());
    }
    return ref(name);
  }

  private JsonObject policies(PolicyPlace place) {
    JsonObject.Builder properties = JsonObject.builder();
    for (String key : dialect.policyKeys(place)) {
      PolicyType type = dialect.policy(key);
      if (type != null) {
        Json plain = of(type.form(), dialect.address(type.type()));
        boolean conditional = type.conditional() && place.conditional();
        properties.put(key, conditional ? anyOf(plain, conditional(type)) : plain);
      }
    }
    dialect
        .documented()
        .all()
        .forEach((address, entries) ->
            entries.forEach((name, entry) -> {
              if (address.startsWith("policies/")
                  && entry.message().startsWith(MODULE)
                  && dialect.policy(name) == null
                  && dialect.documented().places(name).contains(place)) {
                properties.put(name, JsonObject.EMPTY);
              }
            }));
    return properties.build();
  }

  /** A list of policies, each with the condition under which it is chosen. */
  private Json conditional(PolicyType type) {
    String name = PolicyReader.CONDITIONAL + "." + type.key();
    if (!definitions.containsKey(name)) {
      RecordShape shape = RecordShape.of((Class<?>) Dialect.element(type.form()));
      String address = dialect.address(type.type());
      JsonObject plain = record(shape, address, Dialect.place(address)).build();
      JsonObject.Builder entry = JsonObject.builder().put(PolicyReader.CONDITION, text().build());
      JsonObject properties = (JsonObject) plain.members().get("properties");
      if (properties != null) {
        properties.members().forEach(entry::put);
      }
      JsonObject.Builder closed = closed(entry.build());
      Json required = plain.members().get("required");
      Json item = (required == null ? closed : closed.put("required", required)).build();
      JsonObject list =
          object("array")
              .put("items", item)
              .put("minItems", Json.of(1))
              .put("maxItems", Json.of(64))
              .build();
      definitions.put(
          name,
          closed(
                  JsonObject.builder()
                      .put(PolicyReader.CONDITIONAL, list)
                      .put(
                          PolicyReader.ON_CONDITION_ERROR,
                          constants(ConditionalPolicy.OnConditionError.class))
                      .build())
              .put("required", JsonArray.of(List.of(Json.of(PolicyReader.CONDITIONAL))))
              .build());
    }
    return ref(name);
  }

  private JsonObject choice(Class<?> sealed, String address) {
    JsonObject.Builder properties = JsonObject.builder();
    List<Json> bare = new ArrayList<>();
    Map<String, Class<?>> members = RecordShape.members(sealed);
    members.forEach((name, member) -> {
      properties.put(name, of(member, join(address, name)));
      if (RecordShape.of(member).components().isEmpty()) {
        bare.add(new JsonString(name));
      }
    });
    fields.put(address, members.keySet());
    JsonObject choice =
        closed(properties.build()).put("minProperties", 1).put("maxProperties", 1).build();
    return bare.isEmpty()
        ? choice
        : anyOf(JsonObject.builder().put("enum", JsonArray.of(bare)).build(), choice);
  }

  private static Json constants(Class<?> type) {
    List<Json> spellings = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      spellings.add(new JsonString(Scalars.spelling((Enum<?>) constant)));
    }
    return anyOf(
        JsonObject.builder().put("enum", JsonArray.of(spellings)).build(), ref("variable"));
  }

  private static String join(String address, String name) {
    return address.isEmpty() ? name : address + "." + name;
  }

  private static JsonObject.Builder object(String type) {
    return JsonObject.builder().put("type", type);
  }

  private static JsonObject.Builder text() {
    return object("string");
  }

  private static JsonObject.Builder closed(JsonObject properties) {
    return object("object").put("properties", properties).put("additionalProperties", false);
  }

  private static JsonObject anyOf(Json... schemas) {
    return JsonObject.builder().put("anyOf", Json.array(schemas)).build();
  }

  private static JsonObject ref(String name) {
    return JsonObject.builder().put("$ref", "#/$defs/" + name).build();
  }

  private static void print(Json json, String indent, StringBuilder out) {
    String inner = indent + "  ";
    if (json instanceof JsonObject && !json.members().isEmpty()) {
      String separator = "{\n";
      for (Map.Entry<String, Json> member : json.members().entrySet()) {
        out.append(separator).append(inner).append(new JsonString(member.getKey())).append(": ");
        print(member.getValue(), inner, out);
        separator = ",\n";
      }
      out.append('\n').append(indent).append('}');
    } else {
      out.append(json);
    }
  }
}
