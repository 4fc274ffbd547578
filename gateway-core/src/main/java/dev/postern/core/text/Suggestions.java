package dev.postern.core.text;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Guesses which name was meant by one that does not exist. */
public final class Suggestions {
  private static final int MAX_LENGTH = 100;

  private Suggestions() {}

  /**
   * Returns the name that was probably meant: one that differs in case only, else one written in
   * snake, kebab or Pascal case, else the one fewest typing errors away, at most a third of the
   * written name's length. Of equally near names the first wins.
   */
  public static Optional<String> closest(String written, Collection<String> names) {
    if (written.isEmpty() || written.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    for (String name : names) {
      if (name.equalsIgnoreCase(written)) {
        return Optional.of(name);
      }
    }
    String plain = plain(written);
    for (String name : names) {
      if (plain(name).equals(plain)) {
        return Optional.of(name);
      }
    }
    String best = null;
    int smallest = Math.max(1, written.length() / 3) + 1;
    for (String name : names) {
      // Replacing all of a name is no typing error.
      if (Math.abs(name.length() - written.length()) < smallest && name.length() > 1) {
        int distance = distance(written, name);
        if (distance < smallest && distance < written.length()) {
          smallest = distance;
          best = name;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private static String plain(String name) {
    return name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
  }

  /** Damerau-Levenshtein in its restricted form: no letter is edited twice. */
  private static int distance(String one, String other) {
    int[] beforeLast = new int[other.length() + 1];
    int[] last = new int[other.length() + 1];
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int change = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + change);
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return last[other.length()];
  }
}
