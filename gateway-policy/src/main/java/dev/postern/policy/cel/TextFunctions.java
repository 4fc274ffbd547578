package dev.postern.policy.cel;

import static dev.postern.policy.cel.DataFunctions.bytes;
import static dev.postern.policy.cel.DataFunctions.utf8;
import static dev.postern.policy.cel.FunctionSet.BYTES;
import static dev.postern.policy.cel.FunctionSet.INT;
import static dev.postern.policy.cel.FunctionSet.MAP;
import static dev.postern.policy.cel.FunctionSet.STRING;
import static dev.postern.policy.cel.FunctionSet.STRINGS;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.postern.core.text.LinearPattern;
import dev.postern.core.text.LinearPattern.Span;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Functions over texts: patterns, encodings, queries. */
final class TextFunctions {
  /** Patterns are compiled once, also those that are only known when they are used. */
  private static final Cache<String, LinearPattern> PATTERNS =
      Caffeine.newBuilder().maximumSize(1000).build();

  private TextFunctions() {}

  static void addTo(FunctionSet functions) {
    functions.standard("matches", "matches", TextFunctions::matches, STRING, STRING);
    functions.standard("matches", "matches_string", TextFunctions::matches, STRING, STRING);
    functions.member(
        "regexReplace",
        STRING,
        a -> replaceFirst((String) a[0], pattern(a[1]), (String) a[2]),
        STRING,
        STRING,
        STRING);
    functions.member("replace", STRING, a -> replace(a, Integer.MAX_VALUE), STRING, STRING, STRING);
    functions.member("replace", STRING, a -> replace(a, (Long) a[3]), STRING, STRING, STRING, INT);
    functions.member("join", STRING, a -> join((List<?>) a[0], ""), STRINGS);
    functions.member("join", STRING, a -> join((List<?>) a[0], (String) a[1]), STRINGS, STRING);
    functions.member(
        "stripPrefix", STRING, a -> stripPrefix((String) a[0], (String) a[1]), STRING, STRING);
    functions.member(
        "stripSuffix", STRING, a -> stripSuffix((String) a[0], (String) a[1]), STRING, STRING);
    base64(functions, "base64.encode", "base64.decode");
    base64(functions, "base64Encode", "base64Decode");
    functions.global("url.encode", STRING, a -> Limits.size(Uris.encode((String) a[0])), STRING);
    functions.global("url.decode", STRING, a -> Uris.decode((String) a[0]), STRING);
    functions.global("form.decode", MAP, a -> formDecode((String) a[0]), STRING);
    functions.global("form.decode", MAP, a -> formDecode(text(bytes(a[0]))), BYTES);
    functions.global("form.encode", STRING, a -> formEncode((Map<?, ?>) a[0]), MAP);
    functions.member(
        "query", STRINGS, a -> Uris.query((String) a[0], (String) a[1]), STRING, STRING);
    functions.member("addQuery", STRING, a -> Uris.add(a), STRING, STRING, STRING);
    functions.member("setQuery", STRING, a -> Uris.set(a), STRING, STRING, STRING);
    functions.member("raw", MAP, a -> view(a[0]).as(HeaderView.Form.RAW), MAP);
    functions.member("join", MAP, a -> view(a[0]).as(HeaderView.Form.JOINED), MAP);
    functions.member("split", MAP, a -> view(a[0]).as(HeaderView.Form.SPLIT), MAP);
    functions.member("redacted", MAP, a -> view(a[0]).redacted(), MAP);
    functions.member("cookie", STRING, a -> cookie(view(a[0]), (String) a[1]), MAP, STRING);
  }

  private static Object matches(Object[] a) {
    return pattern(a[1]).find((String) a[0], 0).isPresent();
  }

  static LinearPattern pattern(Object regex) {
    return PATTERNS.get((String) regex, LinearPattern::compile);
  }

  private static String replaceFirst(String text, LinearPattern pattern, String replacement) {
    Optional<Span> match = pattern.find(text, 0);
    if (match.isEmpty()) {
      return text;
    }
    // No group is longer than the match.
    long groups = replacement.chars().filter(c -> c == '$').count();
    long length = (long) match.get().end() - match.get().start();
    Limits.check((long) text.length() + replacement.length() + groups * length);
    return pattern.replaceFirst(text, replacement);
  }

  private static String replace(Object[] a, long limit) {
    String text = (String) a[0];
    String wanted = (String) a[1];
    String by = (String) a[2];
    long left = limit < 0 ? Long.MAX_VALUE : limit;
    StringBuilder out = new StringBuilder();
    int at = 0;
    int found = text.indexOf(wanted);
    while (found >= 0 && left-- > 0) {
      Limits.check((long) out.length() + found - at + by.length());
      out.append(text, at, found).append(by);
      at = found + wanted.length();
      if (wanted.isEmpty()) {
        if (at == text.length()) {
          break;
        }
        out.append(text.charAt(at++));
      }
      found = text.indexOf(wanted, at);
    }
    return Limits.size(
        at < text.length() ? out.append(text, at, text.length()).toString() : out.toString());
  }

  private static String join(List<?> list, String separator) {
    StringBuilder joined = new StringBuilder();
    for (int i = 0; i < list.size(); i++) {
      if (!(list.get(i) instanceof String text)) {
        throw new IllegalArgumentException("join of something else than texts");
      }
      Limits.check((long) joined.length() + separator.length() + text.length());
      joined.append(i == 0 ? "" : separator).append(text);
    }
    return joined.toString();
  }

  private static String stripPrefix(String text, String prefix) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private static String stripSuffix(String text, String suffix) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  private static void base64(FunctionSet functions, String encode, String decode) {
    functions.global(encode, STRING, a -> encode(utf8((String) a[0])), STRING);
    functions.global(encode, STRING, a -> encode(bytes(a[0])), BYTES);
    functions.global(decode, BYTES, a -> decode((String) a[0]), STRING);
    functions.global(decode, BYTES, a -> decode(text(bytes(a[0]))), BYTES);
  }

  private static String encode(byte[] bytes) {
    Limits.check(bytes.length * 4L / 3);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static Object decode(String text) {
    try {
      return CelByteString.of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not base64", e);
    }
  }

  static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("not UTF-8", e);
    }
  }

  private static Object formDecode(String text) {
    Map<String, List<Object>> lists = new TreeMap<>();
    Uris.pairs(
        text, (name, value) -> lists.computeIfAbsent(name, key -> new ArrayList<>()).add(value));
    Map<String, Object> map = new TreeMap<>();
    lists.forEach((name, list) -> map.put(name, list.size() == 1 ? list.getFirst() : list));
    return map;
  }

  private static String formEncode(Map<?, ?> map) {
    Map<String, Object> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put(Values.text(key), value));
    StringBuilder out = new StringBuilder();
    sorted.forEach((key, value) -> {
      for (Object each : value instanceof List<?> list ? list : List.of(value)) {
        if (!(each instanceof NullValue)) {
          out.append(out.isEmpty() ? "" : "&").append(Uris.encode(key));
          out.append('=').append(Uris.encode(Values.text(each)));
          Limits.check(out.length());
        }
      }
    });
    return out.toString();
  }

  private static HeaderView view(Object map) {
    if (map instanceof HeaderView view) {
      return view;
    }
    throw new IllegalArgumentException("a map that is no header view");
  }

  private static String cookie(HeaderView view, String name) {
    String value = view.cookie(name);
    if (value == null) {
      throw new Failures.Missing("no such cookie");
    }
    return value;
  }
}
