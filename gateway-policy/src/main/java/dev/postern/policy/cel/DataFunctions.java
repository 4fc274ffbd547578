package dev.postern.policy.cel;

import static dev.postern.policy.cel.FunctionSet.BYTES;
import static dev.postern.policy.cel.FunctionSet.DOUBLE;
import static dev.postern.policy.cel.FunctionSet.DYN;
import static dev.postern.policy.cel.FunctionSet.LIST;
import static dev.postern.policy.cel.FunctionSet.MAP;
import static dev.postern.policy.cel.FunctionSet.STRING;

import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.ErrorValue;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.RuntimeHelpers;
import dev.postern.core.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Functions over data: JSON, maps, digests, defaults, and what is different each time. */
final class DataFunctions {
  private static final int MAX_COALESCED = 8;

  private DataFunctions() {}

  static void addTo(FunctionSet functions, InstantSource clock, RandomGenerator random) {
    functions.global("json", DYN, a -> json(utf8((String) a[0])), STRING);
    functions.global("json", DYN, a -> json(bytes(a[0])), BYTES);
    functions.global("toJson", STRING, a -> Limits.size(Values.toJson(a[0]).toString()), DYN);
    functions.global("to_json", STRING, a -> Limits.size(Values.toJson(a[0]).toString()), DYN);
    functions.global("unvalidatedJwtPayload", MAP, a -> payload((String) a[0]), STRING);
    functions.global("flatten", MAP, a -> flatten(a[0], false), MAP);
    functions.global("flatten", MAP, a -> flatten(a[0], false), LIST);
    functions.global("flattenRecursive", MAP, a -> flatten(a[0], true), MAP);
    functions.global("flattenRecursive", MAP, a -> flatten(a[0], true), LIST);
    functions.global(Macros.UNREDACTED, DYN, a -> unredacted(a[0], (String) a[1]), DYN, STRING);
    functions.standard("_+_", "add_string", a -> add((String) a[0], (String) a[1]), STRING, STRING);
    functions.standard("_+_", "add_bytes", a -> add((CelByteString) a[0], a[1]), BYTES, BYTES);
    functions.standard("_+_", "add_list", a -> add((List<?>) a[0], (List<?>) a[1]), LIST, LIST);
    functions.member("merge", MAP, a -> merge((Map<?, ?>) a[0], (Map<?, ?>) a[1]), MAP, MAP);
    digest(functions, "sha1", "SHA-1");
    digest(functions, "sha256", "SHA-256");
    digest(functions, "md5", "MD5");
    functions.lenient("default", a -> orElse(a[0], a[1]), 2);
    for (int arguments = 1; arguments <= MAX_COALESCED; arguments++) {
      functions.lenient("coalesce", DataFunctions::coalesce, arguments);
    }
    functions.global("fail", DYN, a -> fail("the expression fails on purpose"));
    functions.global("fail", DYN, a -> fail((String) a[0]), STRING);
    functions.global("random", DOUBLE, a -> random.nextDouble());
    functions.global("uuid", STRING, a -> UUID.randomUUID().toString());
    functions.global("now", SimpleType.TIMESTAMP, a -> clock.instant());
  }

  private static Object json(byte[] text) {
    try {
      return Values.parse(text);
    } catch (JsonException e) {
      throw new IllegalArgumentException(Values.problem(e), e);
    }
  }

  private static Object payload(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length == 3 && json(Base64.getUrlDecoder().decode(parts[1])) instanceof Map<?, ?> m) {
      return m;
    }
    throw new IllegalArgumentException("not a JSON Web Token");
  }

  /** Makes one level of names out of a list or map, or out of all lists and maps in it. */
  private static Object flatten(Object value, boolean deep) {
    Map<String, Object> flat = new LinkedHashMap<>();
    flatten("", value, deep, flat);
    return flat;
  }

  private static void flatten(String prefix, Object value, boolean deep, Map<String, Object> into) {
    Map<Object, Object> members = new LinkedHashMap<>();
    switch (value) {
      case Map<?, ?> map -> members.putAll(map);
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          members.put((long) i, list.get(i));
        }
      }
      default -> throw new IllegalArgumentException("neither a list nor a map");
    }
    members.forEach((key, member) -> {
      String name = prefix + Values.text(key);
      if (deep && (member instanceof Map<?, ?> || member instanceof List<?>)) {
        flatten(name + ".", member, true, into);
      } else {
        into.put(name, member);
      }
    });
    Limits.checkElements(into.size());
  }

  private static Object unredacted(Object object, String field) {
    Object value =
        switch (object) {
          case SourceView source -> source.unredacted(field);
          case View view -> view.field(field);
          case Map<?, ?> map -> map.get(field);
          default -> throw new IllegalArgumentException("not an object");
        };
    if (value == null) {
      throw new Failures.Missing("no such field");
    }
    return value;
  }

  private static Object add(String left, String right) {
    Limits.check((long) left.length() + right.length());
    return left.concat(right);
  }

  private static Object add(CelByteString left, Object right) {
    CelByteString more = (CelByteString) right;
    Limits.check((long) left.size() + more.size());
    return left.concat(more);
  }

  /** The sum of a loop is a list that grows; the library's own addition knows it. */
  @SuppressWarnings("unchecked") // of objects, whatever they are
  private static Object add(List<?> left, List<?> right) {
    Limits.checkElements((long) left.size() + right.size());
    return RuntimeHelpers.concat((List<Object>) left, (List<Object>) right);
  }

  private static Object merge(Map<?, ?> left, Map<?, ?> right) {
    Map<Object, Object> merged = new LinkedHashMap<>(left);
    merged.putAll(right);
    return merged;
  }

  private static void digest(FunctionSet functions, String name, String algorithm) {
    String function = name + ".encode";
    functions.global(function, STRING, a -> digest(algorithm, utf8((String) a[0])), STRING);
    functions.global(function, STRING, a -> digest(algorithm, bytes(a[0])), BYTES);
  }

  private static String digest(String algorithm, byte[] data) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has the three
    }
  }

  /** A fallback stands in for what is not there, never for what went wrong. */
  private static Object orElse(Object value, Object fallback) {
    boolean absent =
        value instanceof NullValue
            || (value instanceof ErrorValue error && Failures.isMissing(error.value()));
    return value(absent ? fallback : value);
  }

  private static Object coalesce(Object[] values) {
    Object last = values[values.length - 1];
    boolean sawNull = false;
    for (Object value : values) {
      if (value instanceof NullValue) {
        sawNull = true;
      } else if (!(value instanceof ErrorValue)) {
        return value;
      }
    }
    return sawNull ? NullValue.NULL_VALUE : value(last);
  }

  private static Object value(Object value) {
    if (value instanceof ErrorValue error) {
      throw Failures.again(error.value());
    }
    return value;
  }

  private static Object fail(String message) {
    throw new IllegalArgumentException(message);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(Object bytes) {
    return ((CelByteString) bytes).toByteArray();
  }
}
