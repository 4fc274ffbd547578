package dev.postern.core.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields that the documentation names and nothing reads: {@code documented-fields.txt}.
 *
 * <p>They are refused by name, so that nobody takes them for typing errors or believes that they
 * work. A field that is read by some module on the class path is read, listed here or not.
 */
final class Documented {
  private static final String RESOURCE = "documented-fields.txt";
  private static final String NESTED = "binds.listeners.routes";
  private static final String DEFAULT_MESSAGE = "not supported yet";

  private final Map<String, Map<String, Entry>> byAddress = new LinkedHashMap<>();

  /**
   * What is said about a field.
   *
   * @param code an error or a warning
   * @param message what it says
   */
  record Entry(ConfigCode code, String message) {
    boolean warning() {
      return code.compareTo(ConfigCode.DEPRECATED) >= 0;
    }
  }

  static Documented load() {
    try (InputStream in = Documented.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the jar");
      }
      return new Documented(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param lines each {@code CODE address: field field … = message}; the message may be absent
   */
  Documented(List<String> lines) {
    for (String line : lines) {
      if (!line.isBlank() && !line.startsWith("#")) {
        add(line);
      }
    }
  }

  private void add(String line) {
    String code = line.substring(0, 6);
    int colon = line.indexOf(':');
    int equals = line.indexOf(" = ", colon);
    List<String> addresses = List.of(line.substring(7, colon).split(",", -1));
    String names = line.substring(colon + 1, equals < 0 ? line.length() : equals).strip();
    String message = equals < 0 ? DEFAULT_MESSAGE : line.substring(equals + 3);
    for (ConfigCode value : ConfigCode.values()) {
      if (value.toString().equals(code)) {
        for (String address : addresses) {
          Map<String, Entry> fields =
              byAddress.computeIfAbsent(address, key -> new LinkedHashMap<>());
          for (String name : names.split("\\s+", -1)) {
            fields.put(name, new Entry(value, message));
          }
        }
        return;
      }
    }
    throw new IllegalStateException(RESOURCE + ": " + line);
  }

  /** Returns what is said about the field of the object at that address, or null. */
  @Nullable Entry find(String address, String field) {
    String plain =
        address.startsWith(NESTED) ? address.substring("binds.listeners.".length()) : address;
    return byAddress.getOrDefault(plain, Map.of()).get(field);
  }

  /** Returns what is said about the policy, wherever it may stand, or null. */
  @Nullable Entry policy(String key) {
    for (Map.Entry<String, Map<String, Entry>> address : byAddress.entrySet()) {
      Entry entry = address.getKey().startsWith("policies/") ? address.getValue().get(key) : null;
      if (entry != null) {
        return entry;
      }
    }
    return null;
  }

  /** Returns the places of the policy; none if it is not listed. */
  Set<PolicyPlace> places(String key) {
    Set<PolicyPlace> places = new LinkedHashSet<>();
    byAddress.forEach((address, fields) -> {
      if (address.startsWith("policies/") && fields.containsKey(key)) {
        for (PolicyPlace place : PolicyPlace.values()) {
          if (address.indexOf(place.letter(), "policies/".length()) >= 0) {
            places.add(place);
          }
        }
      }
    });
    return places;
  }

  /** Returns all that is listed: fields by address. */
  Map<String, Map<String, Entry>> all() {
    return byAddress;
  }
}
