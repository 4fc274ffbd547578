package dev.postern.policy.cel;

import static dev.postern.policy.cel.FunctionSet.DYN;
import static dev.postern.policy.cel.FunctionSet.INT;
import static dev.postern.policy.cel.FunctionSet.MAP;
import static dev.postern.policy.cel.FunctionSet.STRING;
import static dev.postern.policy.cel.FunctionSet.STRINGS;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.types.StructTypeReference;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The variables that exist at one place and moment, with their fields: what an expression is
 * checked against, so that a misspelt name fails when the configuration is loaded.
 */
@SuppressWarnings("Immutable") // written by the constructor only
final class Vocabulary implements CelTypeProvider {
  /** Who a caller is, and what services said; maps, empty until a policy has filled them. */
  static final Set<String> ALWAYS = Set.of("jwt", "apiKey", "basicAuth", "extauthz", "metadata");

  /** What the gateway itself knows. */
  static final List<String> BUILT_IN =
      List.of("request", "response", "proxy", "source", "destination", "backend", "env");

  /** Functions that exist in logs, spans and metrics only. */
  static final Set<String> FOR_LOGS = Set.of("flatten", "flattenRecursive");

  private static final String UNSUPPORTED = "is not supported yet";
  private static final String LOGS = "does not exist here: it is for logs, spans and metrics";

  /** What exists at other places or in other modules, and what it takes; what is to come. */
  private static final Map<String, String> ELSEWHERE =
      Map.ofEntries(
          Map.entry("response", "does not exist here: it exists on the way back only"),
          Map.entry("backend", "does not exist here: it exists once a backend is chosen"),
          Map.entry(
              "llm",
              "does not exist here: it exists in policies of LLM backends, on the way back, and in"
                  + " logs"),
          Map.entry("llmRequest", "does not exist here: it exists in LLM policies"),
          Map.entry("mcp", "does not exist here: it exists on routes to MCP backends"),
          Map.entry("a2a", "does not exist here: it exists on routes to A2A backends"),
          Map.entry("flatten", LOGS),
          Map.entry("flattenRecursive", LOGS),
          Map.entry("oidc", UNSUPPORTED),
          Map.entry("extproc", UNSUPPORTED),
          Map.entry("mcpGuardrails", UNSUPPORTED),
          Map.entry("budget", UNSUPPORTED),
          Map.entry("rateLimit", UNSUPPORTED),
          Map.entry("jsonPath", UNSUPPORTED),
          Map.entry("request.bodyTruncated", LOGS),
          Map.entry("source.unverifiedWorkload", UNSUPPORTED),
          Map.entry("source.connectHeaders", UNSUPPORTED),
          Map.entry("proxy.gateway.namespace", UNSUPPORTED),
          Map.entry("proxy.route.kind", UNSUPPORTED),
          Map.entry("backend.circuit", UNSUPPORTED),
          Map.entry("env.vars", "holds what config.cel.exposeEnv lists, which is nothing"));

  private final Map<String, CelType> variables = new LinkedHashMap<>();
  private final Map<String, StructType> structs = new LinkedHashMap<>();
  private final Set<String> fields = new LinkedHashSet<>();

  Vocabulary(Place place, Moment moment, List<VariableSource> sources) {
    boolean back = moment == Moment.RESPONSE || moment == Moment.END;
    if (moment != Moment.CONNECTION) {
      variables.put("request", struct("request", request(moment)));
    }
    if (back || moment == Moment.ANSWER) {
      variables.put("response", struct("response", response(moment)));
    }
    variables.put("proxy", struct("proxy", proxy(place, back)));
    variables.put("env", struct("env", texts("podName", "namespace", "gateway")));
    variables.put(Macros.VARIABLES, MAP);
    variables.put("source", struct("source", source()));
    variables.put("destination", struct("destination", destination()));
    if (place == Place.BACKEND || back) {
      variables.put("backend", struct("backend", texts("name", "type", "protocol")));
    }
    ALWAYS.forEach(name -> variables.put(name, MAP));
    for (VariableSource source : sources) {
      if (source.available(place, moment)) {
        variables.put(source.name(), type(source.name(), declared(source, moment)));
      }
    }
  }

  private static VariableType.Fields declared(VariableSource source, Moment moment) {
    Map<String, VariableType> known = new LinkedHashMap<>(source.fields().fields());
    known.keySet().removeIf(field -> moment != Moment.END && source.late(field));
    return new VariableType.Fields(known, source.fields().open());
  }

  private Map<String, CelType> request(Moment moment) {
    Map<String, CelType> fields =
        texts("method", "scheme", "host", "version", "path", "rawPath", "pathAndQuery", "uri");
    fields.putAll(Map.of("headers", MAP, "body", DYN, "bodyPrefix", DYN, "json", DYN));
    fields.put("startTime", SimpleType.TIMESTAMP);
    if (moment == Moment.END) {
      fields.put("endTime", SimpleType.TIMESTAMP);
      fields.put("bodyTruncated", SimpleType.BOOL);
    }
    return fields;
  }

  private static Map<String, CelType> response(Moment moment) {
    Map<String, CelType> fields = texts("reason");
    fields.putAll(
        Map.of(
            "code",
            INT,
            "grpcStatus",
            INT,
            "headers",
            MAP,
            "body",
            DYN,
            "bodyPrefix",
            DYN,
            "json",
            DYN));
    if (moment == Moment.END) {
      fields.put("bodyTruncated", SimpleType.BOOL);
    }
    return fields;
  }

  private Map<String, CelType> proxy(Place place, boolean back) {
    Map<String, CelType> fields = texts("bind");
    fields.put("gateway", struct("proxy.gateway", texts("name")));
    fields.put("listener", struct("proxy.listener", texts("name")));
    if (place != Place.GATEWAY || back) {
      fields.put("route", struct("proxy.route", texts("name", "namespace", "rule")));
    }
    if (back) {
      fields.put("requestProcessingDuration", SimpleType.DURATION);
      fields.put("upstreamDuration", SimpleType.DURATION);
      fields.put("responseProcessingDuration", SimpleType.DURATION);
    }
    return fields;
  }

  private Map<String, CelType> source() {
    Map<String, CelType> fields =
        texts(
            "address",
            "ip",
            "rawAddress",
            "spiffeId",
            "issuer",
            "subject",
            "subjectCn",
            "certificate");
    fields.put("port", INT);
    fields.put("rawPort", INT);
    fields.put("subjectAltNames", STRINGS);
    fields.put(
        "identity", struct("source.identity", texts("trustDomain", "namespace", "serviceAccount")));
    return fields;
  }

  private static Map<String, CelType> destination() {
    Map<String, CelType> fields = texts("address", "hostname");
    fields.put("port", INT);
    return fields;
  }

  private static Map<String, CelType> texts(String... names) {
    Map<String, CelType> fields = new LinkedHashMap<>();
    for (String name : names) {
      fields.put(name, STRING);
    }
    return fields;
  }

  private CelType struct(String name, Map<String, CelType> own) {
    String full = "postern." + name;
    fields.addAll(own.keySet());
    structs.put(
        full,
        StructType.create(
            full, ImmutableSet.copyOf(own.keySet()), field -> Optional.ofNullable(own.get(field))));
    return StructTypeReference.create(full);
  }

  private CelType type(String name, VariableType type) {
    return switch (type) {
      case VariableType.Scalar scalar ->
          switch (scalar) {
            case BOOLEAN -> SimpleType.BOOL;
            case INTEGER -> INT;
            case DOUBLE -> SimpleType.DOUBLE;
            case STRING -> STRING;
            case BYTES -> SimpleType.BYTES;
            case TIMESTAMP -> SimpleType.TIMESTAMP;
            case DURATION -> SimpleType.DURATION;
            case ANY -> DYN;
          };
      case VariableType.Many many -> ListType.create(type(name, many.element()));
      case VariableType.Fields known -> {
        if (known.open()) {
          yield MAP;
        }
        Map<String, CelType> own = new LinkedHashMap<>();
        known
            .fields()
            .forEach((field, fieldType) -> own.put(field, type(name + "." + field, fieldType)));
        yield struct(name, own);
      }
    };
  }

  Map<String, CelType> variables() {
    return variables;
  }

  /** Returns the names of all fields there are. */
  Collection<String> fields() {
    return fields;
  }

  /**
   * Returns what to say of a variable, function or field that exists elsewhere or is to come, or
   * null for a name that is none.
   */
  static @Nullable String elsewhere(String name) {
    String where = ELSEWHERE.get(name);
    return where == null ? null : name + " " + where;
  }

  /** Returns what to say of a field of that name that a text names, or null. */
  static @Nullable String elsewhereIn(String text, String field) {
    for (String name : ELSEWHERE.keySet()) {
      if (name.endsWith("." + field) && text.contains(name)) {
        return elsewhere(name);
      }
    }
    return null;
  }

  /** Returns the type of a field of an object with known fields, or null. */
  @Nullable CelType field(@Nullable CelType object, String field) {
    StructType struct = object == null ? null : structs.get(object.name());
    return struct == null ? null : struct.findField(field).map(StructType.Field::type).orElse(null);
  }

  /** Returns whether the type is an object with known fields. */
  boolean isObject(@Nullable CelType type) {
    return type != null && structs.containsKey(type.name());
  }

  @Override
  public ImmutableList<CelType> types() {
    return ImmutableList.copyOf(new ArrayList<CelType>(structs.values()));
  }

  @Override
  public Optional<CelType> findType(String typeName) {
    return Optional.ofNullable(structs.get(typeName));
  }
}
