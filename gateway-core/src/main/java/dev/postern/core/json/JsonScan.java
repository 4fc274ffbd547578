package dev.postern.core.json;

import static java.util.Objects.checkFromIndexSize;
import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value where it lies in its bytes, checked but not decoded.
 *
 * <p>{@link #of(byte[])} reads a whole document once, refuses it unless it is one well-formed
 * object within the limits, and remembers where the members lie; names and values are decoded when
 * somebody asks. What lies deeper is looked through again when a path leads there. Where an object
 * has a name more than once, the last one is read. The bytes are not copied and must not be
 * changed. Safe for concurrent use.
 */
public final class JsonScan {
  private static final JsonLimits CHECKED =
      new JsonLimits(1000, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, false);

  private final byte[] json;
  private final int start;
  private final int end;
  private final int documentStart;
  private final int documentEnd;
  private @Nullable JsonIndex index;

  private JsonScan(byte[] json, int start, int end) {
    this.json = json;
    this.start = start;
    this.end = end;
    this.documentStart = start;
    this.documentEnd = end;
  }

  private JsonScan(byte[] json, JsonIndex index, int documentStart, int documentEnd) {
    this.json = json;
    this.start = index.open();
    this.end = index.close();
    this.documentStart = documentStart;
    this.documentEnd = documentEnd;
    this.index = index;
  }

  /**
   * A member of an object.
   *
   * @param name its name, decoded
   * @param keyStart the offset of the quote before its name
   * @param value its value
   */
  public record Member(String name, int keyStart, JsonScan value) {}

  /**
   * Checks a document within {@link JsonLimits#DEFAULT}.
   *
   * @throws JsonException if it is not one JSON object
   */
  public static JsonScan of(byte[] json) {
    return of(json, 0, json.length, JsonLimits.DEFAULT);
  }

  /**
   * Checks a document that is a part of an array; offsets count from the start of the array.
   *
   * @throws JsonException if it is not one JSON object within the limits
   */
  public static JsonScan of(byte[] json, int offset, int length, JsonLimits limits) {
    requireNonNull(limits, "limits");
    checkFromIndexSize(offset, length, json.length);
    JsonIndex index = new JsonReader(json, offset, offset + length, limits).objectDocument();
    return new JsonScan(json, index, offset, offset + length);
  }

  /** The offset of the first byte of the value. */
  public int start() {
    return start;
  }

  /** The offset after the last byte of the value. */
  public int end() {
    return end;
  }

  /** Returns a value inside of a document that has been checked. */
  static JsonScan checked(byte[] json, int start, int end) {
    return new JsonScan(json, start, end);
  }

  /** What the value is. */
  public JsonKind kind() {
    return JsonKind.startingWith(json[start]);
  }

  /** Returns the value at the end of a path of member names; without names this one. */
  public Optional<JsonScan> find(String... path) {
    return Optional.ofNullable(descend(path));
  }

  /** Returns the text at the path; empty if there is none or it is not a string. */
  public Optional<String> string(String... path) {
    JsonScan value = descend(path);
    return value != null && value.kind() == JsonKind.STRING
        ? Optional.of(JsonReader.text(json, value.start, value.end, value.hasEscapes()))
        : Optional.empty();
  }

  /** Returns the truth value at the path; empty if there is none or it is something else. */
  public Optional<Boolean> bool(String... path) {
    JsonScan value = descend(path);
    return value != null && value.kind() == JsonKind.BOOLEAN
        ? Optional.of(json[value.start] == 't')
        : Optional.empty();
  }

  /** Returns the number at the path; empty if there is none or it is something else. */
  public Optional<JsonNumber> number(String... path) {
    JsonScan value = descend(path);
    return value != null && value.kind() == JsonKind.NUMBER
        ? Optional.of(JsonNumber.checked(JsonReader.ascii(json, value.start, value.end)))
        : Optional.empty();
  }

  /** Returns the number at the path if it is a whole one that fits, however it is spelt. */
  public OptionalLong integer(String... path) {
    Optional<JsonNumber> number = number(path);
    return number.isPresent() ? number.get().integer() : OptionalLong.empty();
  }

  /** Returns the members of an object in order, also those that stand twice; else nothing. */
  public List<Member> members() {
    if (kind() != JsonKind.OBJECT) {
      return List.of();
    }
    JsonIndex members = index();
    List<Member> list = new ArrayList<>(members.size());
    for (int i = 0; i < members.size(); i++) {
      list.add(new Member(members.name(json, i), members.key(i), value(members, i)));
    }
    return list;
  }

  /** Returns the elements of an array; else nothing. */
  public List<JsonScan> elements() {
    if (kind() != JsonKind.ARRAY) {
      return List.of();
    }
    int[] places = new JsonReader(json, start, end, CHECKED).array();
    List<JsonScan> list = new ArrayList<>(places.length / 2);
    for (int i = 0; i < places.length; i += 2) {
      list.add(new JsonScan(json, places[i], places[i + 1]));
    }
    return list;
  }

  /** Returns a copy of the value's own bytes. */
  public byte[] toBytes() {
    return Arrays.copyOfRange(json, start, end);
  }

  /** Returns the value as a tree. */
  public Json toJson() {
    return new JsonReader(json, start, end, CHECKED).tree();
  }

  /** Returns what the value is and where it lies, nothing of its content. */
  @Override
  public String toString() {
    return kind() + "[" + start + ".." + end + "]";
  }

  /** Tells whether a value lies within this one. */
  @SuppressWarnings("ReferenceEquality") // the very same bytes
  boolean holds(JsonScan value) {
    return value.json == json && value.start >= start && value.end <= end;
  }

  byte[] json() {
    return json;
  }

  /** Where the document begins, with a byte-order mark and white space around the value. */
  int documentStart() {
    return documentStart;
  }

  int documentEnd() {
    return documentEnd;
  }

  /** Where the members of this object lie. */
  JsonIndex index() {
    JsonIndex known = index;
    if (known == null) {
      known = new JsonReader(json, start, end, CHECKED).object();
      index = known;
    }
    return known;
  }

  JsonScan value(JsonIndex members, int member) {
    return new JsonScan(json, members.value(member), members.valueEnd(member));
  }

  private @Nullable JsonScan descend(String... path) {
    JsonScan value = this;
    for (String name : path) {
      if (value.kind() != JsonKind.OBJECT) {
        return null;
      }
      JsonIndex members = value.index();
      int member = members.lastBefore(json, members.size(), name);
      if (member < 0) {
        return null;
      }
      value = value(members, member);
    }
    return value;
  }

  private boolean hasEscapes() {
    for (int i = start; i < end; i++) {
      if (json[i] == '\\') {
        return true;
      }
    }
    return false;
  }
}
