package dev.postern.core.http;

/** The headers that hygiene looks at, as bits, so that one pass over a head sees them all. */
final class HeaderKind {
  /** Something has to be taken out. */
  static final int DIRTY = 1;

  static final int SEEN_HOST = 1 << 1;
  static final int SEEN_LENGTH = 1 << 2;
  static final int SEEN_EXPECT = 1 << 3;
  static final int SEEN_UPGRADE = 1 << 4;
  static final int CONNECTION = 1 << 5;

  private static final int TYPE = 1 << 6;
  private static final int AUTHORIZATION = 1 << 7;
  private static final int PROXY_AUTHORIZATION = 1 << 8;
  private static final int ORIGIN = 1 << 9;
  private static final int REAL_IP = 1 << 10;

  /** Headers of which a second line is refused. */
  static final int SINGLETONS =
      SEEN_HOST | SEEN_LENGTH | TYPE | AUTHORIZATION | PROXY_AUTHORIZATION | ORIGIN | REAL_IP;

  private HeaderKind() {}

  /** Returns what a line of this name means; 0 for most. */
  static int of(String name) {
    return switch (name.length()) {
      case 2 -> is(name, "te", DIRTY);
      case 4 -> is(name, "host", SEEN_HOST | DIRTY);
      case 6 -> is(name, "origin", ORIGIN) | is(name, "expect", SEEN_EXPECT | DIRTY);
      case 7 -> is(name, "trailer", DIRTY) | is(name, "upgrade", SEEN_UPGRADE | DIRTY);
      case 9 -> is(name, "x-real-ip", REAL_IP);
      case 10 -> is(name, "connection", CONNECTION | DIRTY) | is(name, "keep-alive", DIRTY);
      case 12 -> is(name, "content-type", TYPE);
      case 13 -> is(name, "authorization", AUTHORIZATION);
      case 14 -> is(name, "content-length", SEEN_LENGTH) | is(name, "http2-settings", DIRTY);
      case 16 -> is(name, "proxy-connection", DIRTY);
      case 17 -> is(name, "transfer-encoding", DIRTY);
      case 19 -> is(name, "proxy-authorization", PROXY_AUTHORIZATION);
      default -> 0;
    };
  }

  private static int is(String name, String other, int kind) {
    return name.equalsIgnoreCase(other) ? kind : 0;
  }
}
