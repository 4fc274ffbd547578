package dev.postern.policy.authn;

import dev.postern.core.text.Secret;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Function;

/**
 * What a text means, read again when the text changes.
 *
 * <p>A file that follows is looked at no more than once a second, as {@link Secret#file} does. A
 * text that makes no sense leaves the last good meaning in place. Safe for concurrent use.
 */
final class Followed<T> {
  private static final Logger LOG = System.getLogger(Followed.class.getName());

  private final String what;
  private final Secret source;
  private final Function<String, T> reader;
  private volatile Meaning<T> meaning;

  /**
   * Reads the text for the first time.
   *
   * @param what names the text in the log
   * @throws IllegalArgumentException if it makes no sense
   */
  Followed(String what, Secret source, Function<String, T> reader) {
    this.what = what;
    this.source = source;
    this.reader = reader;
    String text = source.reveal();
    this.meaning = new Meaning<>(text, reader.apply(text));
  }

  /** Returns what the text means now. */
  T get() {
    String text = source.reveal();
    Meaning<T> known = meaning;
    return text.equals(known.text) ? known.value : read(text, known);
  }

  private T read(String text, Meaning<T> known) {
    T value = known.value;
    try {
      value = reader.apply(text);
    } catch (IllegalArgumentException e) {
      LOG.log(
          Level.WARNING,
          "{0}: {1}; the last good content stays in use",
          what,
          String.valueOf(e.getMessage()));
    }
    meaning = new Meaning<>(text, value);
    return value;
  }

  /** Not a record: nothing prints the text. */
  private static final class Meaning<T> {
    final String text;
    final T value;

    Meaning(String text, T value) {
      this.text = text;
      this.value = value;
    }
  }
}
