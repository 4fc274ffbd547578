package dev.postern.core.listener;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Server names of TLS handshakes. */
final class ServerNames {
  private static final int MAX_NAME = 253;
  private static final int MAX_LABEL = 63;

  private ServerNames() {}

  /** Returns a name in lower case without a dot at its end, or null if it is not a DNS name. */
  static @Nullable String canonical(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".")) {
      lower = lower.substring(0, lower.length() - 1);
    }
    String labels = lower.startsWith("*.") ? lower.substring(2) : lower;
    if (labels.isEmpty() || lower.length() > MAX_NAME) {
      return null;
    }
    int start = 0;
    while (start <= labels.length()) {
      int dot = labels.indexOf('.', start);
      int end = dot < 0 ? labels.length() : dot;
      if (!isLabel(labels, start, end)) {
        return null;
      }
      start = end + 1;
    }
    return lower;
  }

  private static boolean isLabel(String name, int start, int end) {
    if (end == start || end - start > MAX_LABEL) {
      return false;
    }
    for (int i = start; i < end; i++) {
      char c = name.charAt(i);
      boolean inner = c == '-' && i > start && i < end - 1;
      if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && !inner) {
        return false;
      }
    }
    return true;
  }
}
