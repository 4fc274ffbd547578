package dev.postern.policy.authn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Users and the hashes of their passwords. Immutable. */
final class UserTable {
  private final Map<String, PasswordHash> byName = new HashMap<>();
  private PasswordHash hardest = PasswordHash.Sha.NOBODYS;

  private UserTable() {}

  /**
   * Reads lines {@code name:hash}; empty ones, and those that start with a number sign, are left
   * out.
   *
   * @throws IllegalArgumentException if a line is none, or there is no user
   */
  static UserTable read(String text) {
    UserTable table = new UserTable();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        table.add("htpasswd: line " + (i + 1) + ": ", line);
      }
    }
    if (table.byName.isEmpty()) {
      throw new IllegalArgumentException("htpasswd: no users (expected: lines of name:hash)");
    }
    return table;
  }

  private void add(String where, String line) {
    int colon = line.indexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException(where + "no user (expected: name:hash)");
    }
    PasswordHash hash;
    try {
      hash = PasswordHash.parse(line.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(where + e.getMessage(), e);
    }
    if (byName.putIfAbsent(line.substring(0, colon), hash) != null) {
      throw new IllegalArgumentException(where + "a user for the second time (expected: once)");
    }
    if (hash.work() > hardest.work()) {
      hardest = hash;
    }
  }

  @Nullable PasswordHash find(String user) {
    return byName.get(user);
  }

  /** Returns the hash to compute for users that do not exist, so that they take as long. */
  PasswordHash hardest() {
    return hardest;
  }

  /** Returns the names of weak kinds of hashes that are among these. */
  Set<String> weak() {
    Set<String> weak = new TreeSet<>();
    for (PasswordHash hash : byName.values()) {
      switch (hash) {
        case PasswordHash.Bcrypt strong -> {}
        case PasswordHash.Apr1 apr1 -> weak.add("apr1");
        case PasswordHash.Sha sha -> weak.add("SHA");
      }
    }
    return weak;
  }
}
