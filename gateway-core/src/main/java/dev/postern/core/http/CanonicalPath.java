package dev.postern.core.http;

import dev.postern.core.http.PathNormalization.DotSegments;
import dev.postern.core.http.PathNormalization.DoubleEncoding;
import dev.postern.core.http.PathNormalization.DuplicateSlash;
import dev.postern.core.http.PathNormalization.EncodedSlash;
import dev.postern.core.http.PathNormalization.PathParams;
import java.util.ArrayList;
import java.util.List;

/**
 * The one form of a path that is matched, judged by policies, and sent upstream, so that gateway
 * and upstream cannot disagree about what was asked for.
 */
public final class CanonicalPath {
  /*
   * First the characters, then the segments. What the upstream client would encode by itself is
   * encoded here, in the same way, so that nothing changes after the policies have looked.
   */
  private static final CharSet PLAIN =
      CharSet.alphanumericAnd("-._~!$&'()*+,:=@[]/"); // what may stay, dots and slashes permitting
  private static final CharSet ENCODED = CharSet.of(" \"<>?^`{|}");
  private static final CharSet UNRESERVED = CharSet.alphanumericAnd("-._~");

  private CanonicalPath() {}

  /**
   * Returns the canonical form of {@code path}; the same object if it is in that form.
   *
   * @param path percent-encoded, without a query
   * @throws InvalidRequestException if the path is malformed or of a kind that is refused
   */
  public static String of(String path, PathNormalization how) {
    if (!path.startsWith("/")) {
      throw InvalidRequestException.malformed("path that does not start with a slash");
    }
    if (isPlain(path)) {
      return path;
    }
    String characters = characters(path, how);
    if (how.doubleEncoding() == DoubleEncoding.REJECT && isEncodedTwice(characters)) {
      throw InvalidRequestException.malformed("path that is encoded twice");
    }
    String canonical = segments(characters, how);
    return canonical.equals(path) ? path : canonical;
  }

  /**
   * Returns a canonical path without the parameters of its segments ({@code ;a=b}), as matching and
   * policies see it; the same object if there are none. A segment of nothing but parameters
   * disappears.
   */
  public static String withoutParameters(String path) {
    int semicolon = path.indexOf(';');
    if (semicolon < 0) {
      return path;
    }
    StringBuilder kept = new StringBuilder(path.length()).append(path, 0, semicolon);
    for (int i = semicolon; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == ';') {
        int slash = path.indexOf('/', i);
        if (slash < 0) {
          break;
        }
        i = kept.length() > 0 && kept.charAt(kept.length() - 1) == '/' ? slash : slash - 1;
      } else {
        kept.append(c);
      }
    }
    return kept.toString();
  }

  /** Returns whether the path needs no closer look: the usual case, seen in one pass. */
  private static boolean isPlain(String path) {
    char before = 'x';
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (!PLAIN.contains(c) || (before == '/' && (c == '/' || c == '.'))) {
        return false;
      }
      before = c;
    }
    return true;
  }

  private static String characters(String path, PathNormalization how) {
    StringBuilder out = new StringBuilder(path.length() + 16);
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%') {
        escape(Percent.decode(path, i), path, i, how, out);
        i += 2;
      } else if (c == '\\') {
        slash("%5C", how, out);
      } else if (ENCODED.contains(c)) {
        Percent.encode(c, out);
      } else if (PLAIN.contains(c) || c == ';') {
        out.append(c);
      } else {
        throw InvalidRequestException.malformed("path with a character that must be encoded");
      }
    }
    return out.toString();
  }

  /** Appends the escape of {@code code} at {@code i}. */
  private static void escape(
      int code, String path, int i, PathNormalization how, StringBuilder out) {
    if (code < 0x20 || code == 0x7f) {
      throw InvalidRequestException.malformed("path with an encoded control character");
    }
    if (code == '/' || code == '\\') {
      slash(how.unreservedDecode() ? Percent.upper(code) : path.substring(i, i + 3), how, out);
      return;
    }
    if (!how.unreservedDecode()) {
      out.append(path, i, i + 3);
    } else if (UNRESERVED.contains((char) code)) {
      out.append((char) code);
    } else {
      out.append(Percent.upper(code));
    }
  }

  private static boolean isEncodedTwice(String path) {
    for (int i = path.indexOf("%25"); i >= 0; i = path.indexOf("%25", i + 3)) {
      if (i + 4 < path.length()
          && Character.digit(path.charAt(i + 3), 16) >= 0
          && Character.digit(path.charAt(i + 4), 16) >= 0) {
        return true;
      }
    }
    return false;
  }

  private static void slash(String escape, PathNormalization how, StringBuilder out) {
    switch (how.encodedSlash()) {
      case REJECT -> throw InvalidRequestException.malformed("path with an encoded slash");
      case KEEP -> out.append(escape);
      case DECODE -> out.append('/');
    }
  }

  private static String segments(String path, PathNormalization how) {
    List<String> kept = new ArrayList<>();
    boolean directory = false;
    for (int start = 1; start <= path.length(); ) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      String segment = segment(path.substring(start, end), how);
      directory = segment.isEmpty();
      if (Dots.of(segment) == Dots.NONE) {
        if (!segment.isEmpty() || (how.duplicateSlash() == DuplicateSlash.KEEP && slash >= 0)) {
          kept.add(segment);
        }
      } else {
        directory = true;
        resolve(Dots.of(segment), kept, how);
      }
      start = end + 1;
    }
    StringBuilder out = new StringBuilder(path.length());
    for (String segment : kept) {
      out.append('/').append(segment);
    }
    return directory || out.isEmpty() ? out.append('/').toString() : out.toString();
  }

  private static void resolve(Dots dots, List<String> kept, PathNormalization how) {
    if (how.dotSegments() == DotSegments.REJECT) {
      throw InvalidRequestException.malformed("path with a dot segment");
    }
    if (dots == Dots.TWO) {
      if (kept.isEmpty()) {
        throw InvalidRequestException.malformed("path that leaves the root");
      }
      kept.removeLast();
    }
  }

  /** Returns the segment as it is kept, after a look at its parameters. */
  private static String segment(String segment, PathNormalization how) {
    int semicolon = segment.indexOf(';');
    String name = semicolon < 0 ? segment : segment.substring(0, semicolon);
    if (semicolon >= 0) {
      if (how.pathParams() == PathParams.REJECT) {
        throw InvalidRequestException.malformed("path with parameters");
      }
      if (Dots.of(name) != Dots.NONE) {
        throw InvalidRequestException.malformed("dot segment with parameters");
      }
      // Some upstreams drop the segment: /;x/admin would be their /admin, which no policy has seen.
      if (name.isEmpty() && how.pathParams() == PathParams.KEEP) {
        throw InvalidRequestException.malformed("segment of nothing but parameters");
      }
    }
    refuseHiddenParameters(segment);
    if (how.encodedSlash() == EncodedSlash.KEEP) {
      refuseHiddenDots(name);
    }
    return how.pathParams() == PathParams.STRIP ? name : segment;
  }

  // Nor may one that decodes %3B and then drops parameters find a dot segment, or none at all.
  private static void refuseHiddenParameters(String segment) {
    int dots = 0;
    while (dots < segment.length() && segment.charAt(dots) == '.') {
      dots++;
    }
    if (dots <= 2 && segment.regionMatches(true, dots, "%3b", 0, 3)) {
      throw InvalidRequestException.malformed("segment of nothing but encoded parameters");
    }
  }

  // An upstream that decodes %2F must not find a dot segment that was not one here.
  private static void refuseHiddenDots(String segment) {
    String[] parts = segment.split("%(?i:2F|5C)", -1);
    for (int i = 0; parts.length > 1 && i < parts.length; i++) {
      if (Dots.of(parts[i]) != Dots.NONE) {
        throw InvalidRequestException.malformed("dot segment at an encoded slash");
      }
    }
  }

  private enum Dots {
    NONE,
    ONE,
    TWO;

    static Dots of(String segment) {
      int dots = 0;
      for (int i = 0; i < segment.length(); dots++) {
        if (segment.charAt(i) == '.') {
          i++;
        } else if (segment.regionMatches(true, i, "%2e", 0, 3)) {
          i += 3;
        } else {
          return NONE;
        }
      }
      return dots == 1 ? ONE : dots == 2 ? TWO : NONE;
    }
  }
}
