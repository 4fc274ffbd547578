package dev.postern.core.json;

/**
 * Says that bytes are not JSON, or more of it than is allowed. The message quotes nothing of them
 * and may be shown to the client. There is no stack trace: clients cause this.
 */
public final class JsonException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int offset;

  JsonException(String problem, int offset) {
    super("invalid JSON at byte " + offset + ": " + problem, null, false, false);
    this.offset = offset;
  }

  /** The offset of the first byte that is wrong, from the start of the document. */
  public int offset() {
    return offset;
  }
}
