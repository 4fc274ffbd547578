package dev.postern.core.json;

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
final class JsonReader extends JsonTokens {
  private int members;

  JsonReader(byte[] in, int from, int end, JsonLimits limits) {
    super(in, from, end, limits);
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
}
