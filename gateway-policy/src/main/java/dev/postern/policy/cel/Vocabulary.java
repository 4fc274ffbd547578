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
  static final Set<String> ALWAYS =
      Set.of("jwt", "apiKey", "basicAuth", "oidc", "extauthz", "extproc", "metadata");

  /** What exists at other places or in other modules, and what it takes. */
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "response", "it exists on the way back only",
          "backend", "it exists once a backend is chosen",
          "llm", "it exists in policies of LLM backends, on the way back, and in logs",
          "llmRequest", "it exists in LLM policies",
          "mcp", "it exists on routes to MCP backends",
          "a2a", "it exists on routes to A2A backends",
          "budget", "it exists after a budget",
          "rateLimit", "it exists after a rate limit");

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
        texts("method", "scheme", "host", "version", "path", "pathAndQuery", "uri");
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
    Map<String, CelType> fields = new LinkedHashMap<>();
    fields.put("gateway", struct("proxy.gateway", texts("name")));
    fields.put("listener", struct("proxy.listener", texts("name")));
    if (place != Place.GATEWAY || back) {
      fields.put("route", struct("proxy.route", texts("name", "rule")));
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

  /** Returns what it takes for a known variable to exist, or null for an unknown one. */
  static @Nullable String elsewhere(String name) {
    return ELSEWHERE.get(name);
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
