package dev.postern.core.http;

import dev.postern.core.http.HygieneSettings.UnderscoreHeaders;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Header lines that concern one connection only and end at it (RFC 9110 §7.6.1).
 *
 * <p>Removed are {@code Connection}, what it names, and the ones everybody knows. {@code
 * Connection} cannot remove what identity, routing and framing rest on.
 */
public final class HopByHop {
  private static final Set<String> PROTECTED =
      Set.of(
          "host",
          "authorization",
          "cookie",
          "content-length",
          "content-type",
          "forwarded",
          "x-real-ip",
          "via",
          "traceparent");

  private HopByHop() {}

  /** Returns whether lines of the header {@code name} contain the list element {@code token}. */
  public static boolean hasToken(Headers headers, String name, String token) {
    for (int i = 0; i < headers.size(); i++) {
      if (Headers.equalNames(headers.name(i), name)) {
        for (String element : headers.value(i).split(",", -1)) {
          if (element.strip().equalsIgnoreCase(token)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /**
   * Returns the headers of a response without the lines that concern only the upstream connection;
   * the same object if there are none. Lines that could not be sent, with control characters in
   * them for instance, are dropped too.
   *
   * @param dropped is told the name of each line that could not be sent
   * @throws InvalidRequestException with status 500 if a {@code location} could not be sent
   */
  public static Headers withoutForResponse(Headers headers, Consumer<String> dropped) {
    boolean dirty = false;
    for (int i = 0; i < headers.size(); i++) {
      dirty |= isHopByHopInResponse(headers.name(i)) || !isSendable(headers, i);
    }
    if (!dirty) {
      return headers;
    }
    Set<String> named = named(headers);
    Headers.Builder kept = Headers.builder();
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.name(i);
      if (!isSendable(headers, i)) {
        if (Headers.equalNames(name, "location")) {
          throw new InvalidRequestException(500, "internal error", "invalid location");
        }
        dropped.accept(name);
      } else if (!isHopByHopInResponse(name) && !isNamed(named, name)) {
        kept.add(name, headers.value(i));
      }
    }
    return kept.build();
  }

  static Headers withoutForRequest(Headers headers, UnderscoreHeaders underscores) {
    Set<String> named = named(headers);
    boolean trailers = hasToken(headers, "te", "trailers");
    Headers.Builder kept = Headers.builder();
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.name(i);
      boolean underscore = underscores == UnderscoreHeaders.DROP && name.indexOf('_') >= 0;
      if (!underscore && (HeaderKind.of(name) & HeaderKind.DIRTY) == 0 && !isNamed(named, name)) {
        kept.add(name, headers.value(i));
      }
    }
    if (trailers) {
      kept.add("te", "trailers");
    }
    Headers clean = kept.build();
    return clean.equals(headers) ? headers : clean;
  }

  private static boolean isSendable(Headers headers, int i) {
    return HeaderRules.isToken(headers.name(i)) && HeaderRules.isValue(headers.value(i));
  }

  private static boolean isHopByHopInResponse(String name) {
    return (HeaderKind.of(name) & HeaderKind.DIRTY) != 0
        ? name.length() != 4 && !Headers.equalNames(name, "expect")
        : name.length() == 18 && Headers.equalNames(name, "proxy-authenticate");
  }

  /** Returns the names that lines of {@code Connection} list, in lower case, or null. */
  private static @Nullable Set<String> named(Headers headers) {
    Set<String> named = null;
    for (int i = 0; i < headers.size(); i++) {
      if (HeaderKind.of(headers.name(i)) == (HeaderKind.CONNECTION | HeaderKind.DIRTY)) {
        named = named == null ? new HashSet<>() : named;
        for (String element : headers.value(i).split(",", -1)) {
          String name = element.strip().toLowerCase(Locale.ROOT);
          if (!PROTECTED.contains(name) && !name.startsWith("x-forwarded-")) {
            named.add(name);
          }
        }
      }
    }
    return named;
  }

  private static boolean isNamed(@Nullable Set<String> named, String name) {
    return named != null && named.contains(name.toLowerCase(Locale.ROOT));
  }
}
