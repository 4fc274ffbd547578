package dev.postern.core.routing;

/** What all texts that a regular expression matches have in common at their start. */
final class LiteralPrefix {
  private static final String META = "\\.[](){}*+?|^$";

  private LiteralPrefix() {}

  /**
   * Returns the longest path, seen without further analysis, such that each path matched by {@code
   * regex} is that path or below it: {@code /a} for {@code /a/b.*}, {@code /} when nothing is
   * known.
   */
  static String directory(String regex) {
    String rest = regex.startsWith("^") ? regex.substring(1) : regex;
    if (rest.indexOf('|') >= 0) {
      return "/";
    }
    int end = 0;
    while (end < rest.length() && META.indexOf(rest.charAt(end)) < 0) {
      end++;
    }
    String known = rest.substring(0, end);
    if (end == rest.length() || rest.substring(end).equals("$")) {
      return known.startsWith("/") ? known : "/";
    }
    if ("*?{".indexOf(rest.charAt(end)) >= 0) {
      known = known.substring(0, Math.max(0, end - 1)); // the last character may be missing
    }
    int slash = known.lastIndexOf('/');
    return known.startsWith("/") && slash > 0 ? known.substring(0, slash) : "/";
  }
}
