package dev.postern.core.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * The one reading of JSON that everything in this package rests on: strictly RFC 8259, strictly
 * UTF-8 (a byte-order mark in front is tolerated), over bytes in memory.
 *
 * It is written by hand because both of its uses need what Jackson's parser does not give. Edits at
 * byte offsets need the exact place of every token; Jackson reads strings lazily, so the end of one is
 * known only after it has been decoded or skipped, and a position costs an object. And what is passed
 * on undecoded must be checked all the same; Jackson skips over strings without looking for overlong
 * forms or surrogates in UTF-8. Skipping is therefore the main operation here and goes eight bytes at
 * a time. That scan and tree come from the same reader means that a guard never judges another
 * document than the one that is sent. Jackson is the judge in the tests: both accept the same texts.
 *
 * Recursion is bounded by the limit of nesting.
 */
final class JsonReader {
  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long QUOTES = '"' * ONES;
  private static final long BACKSLASHES = '\\' * ONES;
  private static final long SPACES = ' ' * ONES;

  private final byte[] in;
  private final int origin;
  private final int end;
  private final JsonLimits limits;
  private int at;
  private int members;
  private boolean escaped;

  JsonReader(byte[] in, int from, int end, JsonLimits limits) {
    this.in = in;
    this.origin = from;
    this.at = from;
    this.end = end;
    this.limits = limits;
  }

  /** Checks a document that must be an object, and returns where its members lie. */
  JsonIndex objectDocument() {
    startDocument();
    if (in[at] != '{') {
      throw wrong("expected an object");
    }
    JsonIndex index = object();
    endDocument();
    return index;
  }

  /** Reads a document into a tree. */
  Json treeDocument() {
    startDocument();
    Json tree = tree(0);
    endDocument();
    return tree;
  }

  /** Returns where the members of the object at the current place lie. */
  JsonIndex object() {
    JsonIndex index = new JsonIndex(at);
    skipObject(1, index);
    index.close(at);
    return index;
  }

  /**
   * Returns where the elements of the array at the current place lie: start, end, start, end ...
   */
  int[] array() {
    JsonIndex index = new JsonIndex(at);
    at++;
    for (boolean more = open(']'); more; more = more(']')) {
      int start = at;
      skipValue(1);
      index.addElement(start, at);
    }
    return index.elements();
  }

  Json tree() {
    return tree(0);
  }

  private void startDocument() {
    if (end - at >= 3
        && in[at] == (byte) 0xef
        && in[at + 1] == (byte) 0xbb
        && in[at + 2] == (byte) 0xbf) {
      at += 3;
    }
    skipSpace();
    if (at == end) {
      throw wrong("the document is empty");
    }
  }

  private void endDocument() {
    skipSpace();
    if (at < end) {
      throw wrong("expected nothing more");
    }
  }

  // Skipping

  private void skipValue(int depth) {
    if (at >= end) {
      throw wrong("unexpected end");
    }
    switch (in[at]) {
      case '"' -> skipString();
      case '{' -> skipObject(depth + 1, null);
      case '[' -> skipArray(depth + 1);
      case 't' -> skipWord("true");
      case 'f' -> skipWord("false");
      case 'n' -> skipWord("null");
      default -> skipNumber();
    }
  }

  private void skipObject(int depth, @Nullable JsonIndex index) {
    enter(depth);
    Set<String> names = limits.uniqueNames() ? new HashSet<>() : null;
    for (boolean more = open('}'); more; more = more('}')) {
      int key = at;
      int keyEnd = skipName(names);
      boolean keyEscaped = escaped;
      int value = at;
      skipValue(depth);
      if (index != null) {
        index.add(key, keyEnd, keyEscaped, value, at);
      }
    }
  }

  private void skipArray(int depth) {
    enter(depth);
    for (boolean more = open(']'); more; more = more(']')) {
      skipValue(depth);
    }
  }

  private void enter(int depth) {
    if (depth > limits.nesting()) {
      throw wrong("nested deeper than " + limits.nesting() + " levels");
    }
    at++;
  }

  /** Moves to the first member or element and tells whether there is one. */
  private boolean open(char close) {
    skipSpace();
    if (at < end && in[at] == close) {
      at++;
      return false;
    }
    return true;
  }

  /** Moves to the next member or element and tells whether there is one. */
  private boolean more(char close) {
    skipSpace();
    if (at < end) {
      if (in[at] == ',') {
        at++;
        skipSpace();
        return true;
      }
      if (in[at] == close) {
        at++;
        return false;
      }
    }
    throw wrong(at < end ? "expected ',' or '" + close + "'" : "unexpected end");
  }

  /** Moves from the name of a member to its value and returns the end of the name. */
  private int skipName(@Nullable Set<String> names) {
    int start = at;
    if (at >= end || in[at] != '"') {
      throw wrong(at < end ? "expected the name of a member" : "unexpected end");
    }
    if (++members > limits.members()) {
      throw wrong("more than " + limits.members() + " members");
    }
    skipString();
    int nameEnd = at;
    if (nameEnd - start - 2 > limits.nameLength()) {
      at = start;
      throw wrong("a name longer than " + limits.nameLength() + " bytes");
    }
    if (names != null && !names.add(text(in, start, nameEnd, escaped))) {
      at = start;
      throw wrong("a name that the object has already");
    }
    skipSpace();
    if (at >= end || in[at] != ':') {
      throw wrong(at < end ? "expected ':'" : "unexpected end");
    }
    at++;
    skipSpace();
    return nameEnd;
  }

  private void skipSpace() {
    int i = at;
    while (i < end && in[i] <= ' ') {
      byte b = in[i];
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        break;
      }
      i++;
    }
    at = i;
  }

  private void skipWord(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (at + i >= end || in[at + i] != word.charAt(i)) {
        throw wrong("expected a value");
      }
    }
    at += word.length();
  }

  private void skipNumber() {
    int start = at;
    if (in[at] == '-') {
      at++;
    }
    if (at < end && in[at] == '0') {
      at++;
    } else {
      skipDigits(start, at == start ? "expected a value" : "expected a digit");
    }
    if (at < end && in[at] == '.') {
      at++;
      skipDigits(start, "expected a digit");
    }
    if (at < end && (in[at] | 0x20) == 'e') {
      at++;
      if (at < end && (in[at] == '+' || in[at] == '-')) {
        at++;
      }
      skipDigits(start, "expected a digit");
    }
  }

  private void skipDigits(int numberStart, String expected) {
    int first = at;
    while (at < end && in[at] >= '0' && in[at] <= '9') {
      at++;
    }
    if (at == first) {
      throw wrong(at < end ? expected : "unexpected end");
    }
    if (at - numberStart > limits.numberLength()) {
      at = numberStart;
      throw wrong("a number longer than " + limits.numberLength() + " characters");
    }
  }

  private void skipString() {
    int i = at + 1;
    boolean escapes = false;
    while (true) {
      i = skipPlain(i);
      if (i >= end) {
        at = end;
        throw wrong("unexpected end");
      }
      byte b = in[i];
      if (b == '"') {
        at = i + 1;
        escaped = escapes;
        return;
      } else if (b == '\\') {
        escapes = true;
        i = skipEscape(i);
      } else if (b < 0) {
        i = skipMultiByte(i);
      } else {
        at = i;
        throw wrong("a control character in a string");
      }
    }
  }

  /** Skips ASCII that stands for itself; at most seven bytes before the end may be left over. */
  private int skipPlain(int from) {
    int i = from;
    while (i <= end - Long.BYTES) {
      long bytes = (long) EIGHT_BYTES.get(in, i);
      long quotes = bytes ^ QUOTES;
      long backslashes = bytes ^ BACKSLASHES;
      // The lowest high bit set marks the first byte that is a quote, a backslash, below a space or
      // above ASCII; bits above it may be wrong, for a subtraction borrows upwards.
      long special =
          (((quotes - ONES) & ~quotes)
                  | ((backslashes - ONES) & ~backslashes)
                  | ((bytes - SPACES) & ~bytes)
                  | bytes)
              & HIGH_BITS;
      if (special != 0) {
        return i + (Long.numberOfTrailingZeros(special) >>> 3);
      }
      i += Long.BYTES;
    }
    while (i < end && in[i] >= ' ' && in[i] != '"' && in[i] != '\\') {
      i++;
    }
    return i;
  }

  private int skipEscape(int backslash) {
    at = backslash;
    if (backslash + 1 >= end) {
      at = end;
      throw wrong("unexpected end");
    }
    return switch (in[backslash + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> backslash + 2;
      case 'u' -> skipHexDigits(backslash + 2);
      default -> throw wrong("an unknown escape in a string");
    };
  }

  private int skipHexDigits(int from) {
    for (int i = from; i < from + 4; i++) {
      if (i >= end || Character.digit(in[i], 16) < 0) {
        throw wrong("expected \\u and four hexadecimal digits");
      }
    }
    return from + 4;
  }

  /** Checks one character of two to four bytes by the table of Unicode 3.9, D92. */
  private int skipMultiByte(int i) {
    int lead = in[i] & 0xff;
    int second = i + 1 < end ? in[i + 1] & 0xff : 0;
    boolean good;
    int length;
    if (lead < 0xe0) {
      length = 2;
      good = lead >= 0xc2 && isBetween(second, 0x80, 0xbf);
    } else if (lead < 0xf0) {
      length = 3;
      good =
          isBetween(second, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf)
              && isContinuation(i + 2);
    } else {
      length = 4;
      good =
          lead <= 0xf4
              && isBetween(second, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf)
              && isContinuation(i + 2)
              && isContinuation(i + 3);
    }
    if (!good) {
      at = i;
      throw wrong("not UTF-8");
    }
    return i + length;
  }

  private boolean isContinuation(int i) {
    return i < end && (in[i] & 0xc0) == 0x80;
  }

  private static boolean isBetween(int value, int low, int high) {
    return value >= low && value <= high;
  }

  // Building a tree

  private Json tree(int depth) {
    if (at >= end) {
      throw wrong("unexpected end");
    }
    int start = at;
    return switch (in[at]) {
      case '"' -> {
        skipString();
        yield new JsonString(text(in, start, at, escaped));
      }
      case '{' -> objectTree(depth + 1);
      case '[' -> arrayTree(depth + 1);
      case 't', 'f', 'n' -> {
        skipValue(depth);
        yield in[start] == 'n' ? JsonNull.NULL : JsonBoolean.of(in[start] == 't');
      }
      default -> {
        skipNumber();
        yield JsonNumber.checked(ascii(in, start, at));
      }
    };
  }

  private Json objectTree(int depth) {
    enter(depth);
    Map<String, Json> object = new LinkedHashMap<>();
    for (boolean more = open('}'); more; more = more('}')) {
      int start = at;
      int nameEnd = skipName(null);
      String name = text(in, start, nameEnd, escaped);
      if (limits.uniqueNames() && object.containsKey(name)) {
        at = start;
        throw wrong("a name that the object has already");
      }
      object.put(name, tree(depth));
    }
    return JsonObject.owning(object);
  }

  private Json arrayTree(int depth) {
    enter(depth);
    List<Json> array = new ArrayList<>();
    for (boolean more = open(']'); more; more = more(']')) {
      if (++members > limits.members()) {
        throw wrong("more than " + limits.members() + " members and elements");
      }
      array.add(tree(depth));
    }
    return JsonArray.owning(array);
  }

  /** Returns the text of a string literal that has been checked; the quotes are in the range. */
  static String text(byte[] in, int start, int end, boolean escaped) {
    String raw = new String(in, start + 1, end - start - 2, StandardCharsets.UTF_8);
    return escaped ? unescape(raw) : raw;
  }

  static String ascii(byte[] in, int start, int end) {
    return new String(in, start, end - start, StandardCharsets.ISO_8859_1);
  }

  private static String unescape(String raw) {
    StringBuilder text = new StringBuilder(raw.length());
    int from = 0;
    for (int i = raw.indexOf('\\'); i >= 0; i = raw.indexOf('\\', from)) {
      text.append(raw, from, i);
      char c = raw.charAt(i + 1);
      from = i + 2;
      switch (c) {
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'u' -> {
          text.append((char) Integer.parseInt(raw, i + 2, i + 6, 16));
          from = i + 6;
        }
        default -> text.append(c);
      }
    }
    return text.append(raw, from, raw.length()).toString();
  }

  private JsonException wrong(String problem) {
    return new JsonException(problem, at - origin);
  }
}
