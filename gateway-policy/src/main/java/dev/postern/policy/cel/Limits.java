package dev.postern.policy.cel;

/** What keeps an expression from costing more than its refusal. */
final class Limits {
  /** Code points of an expression. */
  static final int TEXT = 10_000;

  /** Levels of the parser. */
  static final int PARSER_DEPTH = 100;

  /** Levels of the tree. */
  static final int DEPTH = 64;

  /** Loops in loops. */
  static final int LOOPS = 2;

  /** Turns of all loops of one evaluation. */
  static final int ITERATIONS = 10_000;

  /** Characters or bytes of what one function makes. */
  static final int OUTPUT = 8 * 1024 * 1024;

  /** Elements of a list that is made of two. */
  static final int ELEMENTS = 1_000_000;

  private Limits() {}

  /** Returns the text, if a function may make one that long. */
  static String size(String text) {
    check(text.length());
    return text;
  }

  static void check(long length) {
    if (length > OUTPUT) {
      throw new TooLarge();
    }
  }

  static void checkElements(long count) {
    if (count > ELEMENTS) {
      throw new TooLarge();
    }
  }

  /** A function was about to make more than it may. */
  static final class TooLarge extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    TooLarge() {
      super("a result that is too large", null);
    }
  }
}
