package dev.postern.core.json;

/**
 * How much JSON is accepted. The length of a string is not limited: the body it stands in is.
 *
 * @param nesting objects and arrays inside one another, 1 to 1000
 * @param members of all objects together; when a tree is built, elements of arrays count too
 * @param nameLength bytes of a member's name as written
 * @param numberLength characters of a number
 * @param uniqueNames refuses an object that has a name twice; otherwise the last one counts
 */
public record JsonLimits(
    int nesting, int members, int nameLength, int numberLength, boolean uniqueNames) {
  /** Nesting 256, a million members, names of 64 KiB, numbers of 1000 characters. */
  public static final JsonLimits DEFAULT = new JsonLimits(256, 1_000_000, 64 * 1024, 1000, false);

  /** Checks that nesting stays in reach of a thread's stack. */
  public JsonLimits {
    if (nesting < 1 || nesting > 1000) {
      throw new IllegalArgumentException("nesting: " + nesting + " (expected: 1..1000)");
    }
  }

  /** Returns these limits with another nesting. */
  public JsonLimits withNesting(int nesting) {
    return new JsonLimits(nesting, members, nameLength, numberLength, uniqueNames);
  }

  /** Returns these limits with another number of members. */
  public JsonLimits withMembers(int members) {
    return new JsonLimits(nesting, members, nameLength, numberLength, uniqueNames);
  }

  /** Returns these limits, refusing or accepting a name that stands twice in an object. */
  public JsonLimits withUniqueNames(boolean uniqueNames) {
    return new JsonLimits(nesting, members, nameLength, numberLength, uniqueNames);
  }
}
