package dev.postern.core.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/** Puts a new document together from ranges of an old one and new bytes, copying each byte once. */
final class JsonPieces {
  private final byte[] source;
  private final NavigableMap<Integer, Patch> patches;
  private final List<Piece> pieces = new ArrayList<>();
  private int pendingFrom;
  private int pendingTo;

  JsonPieces(byte[] source, NavigableMap<Integer, Patch> patches) {
    this.source = source;
    this.patches = patches;
  }

  boolean isPatched(int start) {
    return patches.containsKey(start);
  }

  /** Adds a range of the source, with the patches that lie in it. */
  void copy(int from, int to) {
    int at = from;
    if (!patches.isEmpty()) {
      for (Map.Entry<Integer, Patch> entry : patches.subMap(from, to).entrySet()) {
        int start = entry.getKey();
        if (start >= at) { // else it lies in one that is replaced as a whole
          range(at, start);
          add(entry.getValue().bytes);
          at = entry.getValue().end;
        }
      }
    }
    range(at, to);
  }

  void add(String text) {
    add(text.getBytes(StandardCharsets.UTF_8));
  }

  void add(byte[] bytes) {
    flush();
    pieces.add(new Piece(bytes, 0, bytes.length));
  }

  byte[] toBytes() {
    flush();
    int size = 0;
    for (Piece piece : pieces) {
      size = Math.addExact(size, piece.to - piece.from);
    }
    byte[] result = new byte[size];
    int at = 0;
    for (Piece piece : pieces) {
      System.arraycopy(piece.bytes, piece.from, result, at, piece.to - piece.from);
      at += piece.to - piece.from;
    }
    return result;
  }

  private void range(int from, int to) {
    if (from != pendingTo) {
      flush();
      pendingFrom = from;
    }
    pendingTo = to;
  }

  private void flush() {
    if (pendingTo > pendingFrom) {
      pieces.add(new Piece(source, pendingFrom, pendingTo));
    }
    pendingFrom = pendingTo;
  }

  /** New bytes for the range of the document that ends before {@code end}. */
  static final class Patch {
    final int end;
    final byte[] bytes;

    Patch(int end, byte[] bytes) {
      this.end = end;
      this.bytes = bytes;
    }
  }

  private static final class Piece {
    final byte[] bytes;
    final int from;
    final int to;

    Piece(byte[] bytes, int from, int to) {
      this.bytes = bytes;
      this.from = from;
      this.to = to;
    }
  }
}
