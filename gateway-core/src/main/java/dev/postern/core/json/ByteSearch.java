package dev.postern.core.json;

import static java.util.Objects.checkFromToIndex;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Looks for a sequence of bytes, without decoding what it looks through.
 *
 * <p>Horspool's algorithm: most steps skip as many bytes as the sequence has. Made once, safe for
 * concurrent use.
 */
public final class ByteSearch {
  private final byte[] wanted;
  private final byte[] skips = new byte[256];

  private ByteSearch(byte[] wanted) {
    this.wanted = wanted;
    // A skip that is too short is still right.
    int longest = Math.min(wanted.length, Byte.MAX_VALUE);
    Arrays.fill(skips, (byte) longest);
    for (int i = 0; i < wanted.length - 1; i++) {
      skips[wanted[i] & 0xff] = (byte) Math.min(wanted.length - 1 - i, longest);
    }
  }

  /**
   * Returns a search for a text in UTF-8.
   *
   * @throws IllegalArgumentException if the text is empty
   */
  public static ByteSearch of(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("text: empty (expected: something to look for)");
    }
    return new ByteSearch(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Tells whether the bytes from one index to before another contain the sequence. */
  public boolean isIn(byte[] bytes, int from, int to) {
    return find(bytes, from, to) >= 0;
  }

  /** Returns where the sequence first begins in the range, or -1. */
  public int find(byte[] bytes, int from, int to) {
    checkFromToIndex(from, to, bytes.length);
    int last = wanted.length - 1;
    int i = from + last;
    while (i < to) {
      byte b = bytes[i];
      if (b == wanted[last] && matches(bytes, i - last)) {
        return i - last;
      }
      i += skips[b & 0xff];
    }
    return -1;
  }

  private boolean matches(byte[] bytes, int start) {
    for (int j = 0; j < wanted.length - 1; j++) {
      if (bytes[start + j] != wanted[j]) {
        return false;
      }
    }
    return true;
  }
}
