package dev.postern.policy.traffic;

/** How the path of a request is replaced. */
public sealed interface PathRewrite {
  /** Returns one that replaces the whole path. */
  static PathRewrite full(String full) {
    return new Full(full);
  }

  /** Returns one that replaces the prefix by which the route was matched. */
  static PathRewrite prefix(String prefix) {
    return new Prefix(prefix);
  }

  /**
   * All of it is replaced.
   *
   * @param full the new path; for a redirect it may hold a query
   */
  record Full(String full) implements PathRewrite {
    /** Checks the path. */
    public Full {
      full = PathRewriting.checkTarget("full", full);
    }
  }

  /**
   * The prefix by which the route was matched is replaced.
   *
   * @param prefix what takes its place; empty to take it away
   */
  record Prefix(String prefix) implements PathRewrite {
    /** Checks the prefix. */
    public Prefix {
      if (!prefix.isEmpty()) {
        prefix = PathRewriting.checkPath("prefix", prefix);
      }
    }
  }
}
