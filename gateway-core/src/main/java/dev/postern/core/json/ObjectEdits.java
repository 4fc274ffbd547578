package dev.postern.core.json;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is to be done with the members of one object of a document. */
final class ObjectEdits {
  private sealed interface Edit {}

  private enum Removal implements Edit {
    REMOVED
  }

  private record Replacement(Json value) implements Edit {}

  private record Inside(ObjectEdits edits) implements Edit {}

  private final byte[] json;
  private final JsonIndex members;
  private final @Nullable Edit[] edits;
  private final Map<String, Json> added = new LinkedHashMap<>();

  ObjectEdits(byte[] json, JsonIndex members) {
    this.json = json;
    this.members = members;
    this.edits = new @Nullable Edit[members.size()];
  }

  boolean has(String name) {
    return added.containsKey(name) || next(name, 0) < members.size();
  }

  void set(List<String> path, Json value) {
    String name = path.getFirst();
    List<String> rest = path.subList(1, path.size());
    boolean found = false;
    for (int i = next(name, 0); i < members.size(); i = next(name, i + 1)) {
      found = true;
      if (edits[i] instanceof Replacement(Json before)) {
        edits[i] = new Replacement(put(before, rest, value));
      } else {
        ObjectEdits inside = rest.isEmpty() ? null : inside(i);
        if (inside == null) {
          edits[i] = new Replacement(put(null, rest, value));
        } else {
          inside.set(rest, value);
        }
      }
    }
    if (!found) {
      added.put(name, put(added.get(name), rest, value));
    }
  }

  boolean remove(List<String> path) {
    String name = path.getFirst();
    List<String> rest = path.subList(1, path.size());
    boolean removed = false;
    for (int i = next(name, 0); i < members.size(); i = next(name, i + 1)) {
      if (rest.isEmpty()) {
        edits[i] = Removal.REMOVED;
        removed = true;
      } else if (edits[i] instanceof Replacement(Json before)) {
        edits[i] = new Replacement(cut(before, rest));
        removed = true;
      } else {
        ObjectEdits inside = inside(i);
        removed |= inside != null && inside.remove(rest);
      }
    }
    Json before = added.get(name);
    if (before != null) {
      removed = true;
      if (rest.isEmpty()) {
        added.remove(name);
      } else {
        added.put(name, cut(before, rest));
      }
    }
    return removed;
  }

  /** Returns the next member of that name that is not removed. */
  private int next(String name, int from) {
    int i = from;
    while (i < members.size() && (edits[i] == Removal.REMOVED || !members.isNamed(json, i, name))) {
      i++;
    }
    return i;
  }

  /** Returns the edits inside of a member's value, if that is an object. */
  private @Nullable ObjectEdits inside(int member) {
    if (edits[member] instanceof Inside(ObjectEdits known)) {
      return known;
    }
    JsonScan value = JsonScan.checked(json, members.value(member), members.valueEnd(member));
    if (value.kind() != JsonKind.OBJECT) {
      return null;
    }
    ObjectEdits inside = new ObjectEdits(json, value.index());
    edits[member] = new Inside(inside);
    return inside;
  }

  private static Json put(@Nullable Json base, List<String> path, Json value) {
    if (path.isEmpty()) {
      return value;
    }
    JsonObject object = base instanceof JsonObject known ? known : JsonObject.EMPTY;
    String name = path.getFirst();
    return object.with(name, put(object.members().get(name), path.subList(1, path.size()), value));
  }

  private static Json cut(Json base, List<String> path) {
    String name = path.getFirst();
    Json inner = base.members().get(name);
    if (!(base instanceof JsonObject object) || inner == null) {
      return base;
    }
    return path.size() == 1
        ? object.without(name)
        : object.with(name, cut(inner, path.subList(1, path.size())));
  }

  void write(JsonPieces out) {
    if (out.isPatched(members.open())) {
      out.copy(members.open(), members.close());
      return;
    }
    int afterOpen = members.open() + 1;
    out.copy(members.open(), afterOpen);
    boolean first = true;
    int end = afterOpen;
    for (int i = 0; i < members.size(); i++) {
      if (edits[i] != Removal.REMOVED) {
        // What stands between two members goes with the second; the first takes what follows '{'.
        out.copy(first ? afterOpen : end, first ? members.key(0) : members.key(i));
        out.copy(members.key(i), members.value(i));
        writeValue(i, out);
        first = false;
      }
      end = members.valueEnd(i);
    }
    for (Map.Entry<String, Json> member : added.entrySet()) {
      out.add((first ? "" : ",") + new JsonString(member.getKey()) + ":");
      out.add(member.getValue().toBytes());
      first = false;
    }
    out.copy(end, members.close());
  }

  private void writeValue(int member, JsonPieces out) {
    switch (edits[member]) {
      case Replacement(Json value) -> out.add(value.toBytes());
      case Inside(ObjectEdits inside) -> inside.write(out);
      case Removal removed -> throw new AssertionError(removed);
      case null -> out.copy(members.value(member), members.valueEnd(member));
    }
  }
}
