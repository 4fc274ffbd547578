package dev.postern.core.json;

import java.util.List;
import java.util.TreeMap;

/**
 * Changes single values of a JSON document and leaves every other byte as it is: white space,
 * order, the spelling of numbers and escapes, members that stand twice.
 *
 * <p>Where an object has an edited name more than once, each of them is edited, so that no reader
 * sees an old value. Edits add up; {@link #toBytes()} carries them out. For one thread.
 */
public final class JsonSplice {
  private final JsonScan scan;
  private final ObjectEdits edits;
  private final TreeMap<Integer, JsonPieces.Patch> patches = new TreeMap<>();
  private boolean changed;

  private JsonSplice(JsonScan scan) {
    this.scan = scan;
    this.edits = new ObjectEdits(scan.json(), scan.index());
  }

  /**
   * Returns a splice of a document, so far without edits.
   *
   * @throws IllegalArgumentException if the value is not an object
   */
  public static JsonSplice of(JsonScan scan) {
    if (scan.kind() != JsonKind.OBJECT) {
      throw new IllegalArgumentException(scan + " (expected: an object)");
    }
    return new JsonSplice(scan);
  }

  /** Sets a member: where it stands, else behind the last one. */
  public JsonSplice set(String name, Json value) {
    return set(List.of(name), value);
  }

  /**
   * Sets a member inside of others. What is missing on the way is added; what is no object there is
   * replaced by one.
   */
  public JsonSplice set(List<String> path, Json value) {
    changed = true;
    edits.set(checked(path), value);
    return this;
  }

  /** Sets a member if the document has none of that name. */
  public JsonSplice setIfAbsent(String name, Json value) {
    return edits.has(name) ? this : set(name, value);
  }

  /** Removes a member with one of the commas around it. */
  public JsonSplice remove(String name) {
    return remove(List.of(name));
  }

  /** Removes a member inside of others. */
  public JsonSplice remove(List<String> path) {
    changed |= edits.remove(checked(path));
    return this;
  }

  /**
   * Replaces a value where it lies, at any depth. Edits of a member that holds it win over this.
   *
   * @throws IllegalArgumentException if the value is not one of this document
   */
  public JsonSplice replace(JsonScan value, Json with) {
    if (!scan.holds(value)) {
      throw new IllegalArgumentException(value + " (expected: a value inside of " + scan + ")");
    }
    changed = true;
    patches.put(value.start(), new JsonPieces.Patch(value.end(), with.toBytes()));
    return this;
  }

  /** Tells whether an edit was asked for, even one that sets what is there already. */
  public boolean isChanged() {
    return changed;
  }

  /** Returns the document with the edits, in bytes of its own. */
  public byte[] toBytes() {
    JsonPieces pieces = new JsonPieces(scan.json(), patches);
    pieces.copy(scan.documentStart(), scan.start());
    edits.write(pieces);
    pieces.copy(scan.end(), scan.documentEnd());
    return pieces.toBytes();
  }

  private static List<String> checked(List<String> path) {
    if (path.isEmpty()) {
      throw new IllegalArgumentException("path: empty (expected: the name of a member)");
    }
    return path;
  }
}
