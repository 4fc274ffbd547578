package dev.postern.policy.authn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys by their digest. Immutable, except that keys in files follow their files. */
final class KeyTable {
  private final Map<Digest, ApiKey.Key> byDigest = new HashMap<>();
  private final List<FileKey> inFiles = new ArrayList<>();

  private record FileKey(Followed<Digest> digest, ApiKey.Key key) {}

  private KeyTable() {}

  /**
   * Returns a table of these keys.
   *
   * @throws IllegalArgumentException if two of them are the same key
   */
  static KeyTable of(List<ApiKey.Key> keys) {
    KeyTable table = new KeyTable();
    Map<Digest, Integer> seen = new HashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      ApiKey.Key key = keys.get(i);
      Digest digest = key.digest();
      Integer other = seen.putIfAbsent(digest, i);
      if (other != null) {
        throw new IllegalArgumentException(
            "keys[" + i + "]: the same key as keys[" + other + "] (expected: another)");
      }
      if (key.followed()) {
        table.inFiles.add(new FileKey(key.follow(), key));
      } else {
        table.byDigest.put(digest, key);
      }
    }
    return table;
  }

  ApiKey.@Nullable Key find(Digest digest) {
    ApiKey.Key found = byDigest.get(digest);
    if (found != null || inFiles.isEmpty()) {
      return found;
    }
    for (FileKey candidate : inFiles) {
      if (candidate.digest().get().equals(digest)) {
        return candidate.key();
      }
    }
    return null;
  }
}
