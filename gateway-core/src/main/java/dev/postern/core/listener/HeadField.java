package dev.postern.core.listener;

import io.netty.buffer.ByteBuf;

/** The header fields that the guard in front of the codec has to understand. */
enum HeadField {
  CONTENT_LENGTH("content-length"),
  TRANSFER_ENCODING("transfer-encoding"),
  UPGRADE("upgrade"),
  OTHER("");

  private final String name;

  HeadField(String name) {
    this.name = name;
  }

  /** Returns which field is named by {@code length} bytes from {@code start}. */
  static HeadField of(ByteBuf buf, int start, int length) {
    HeadField candidate =
        switch (length) {
          case 7 -> UPGRADE;
          case 14 -> CONTENT_LENGTH;
          case 17 -> TRANSFER_ENCODING;
          default -> OTHER;
        };
    for (int i = 0; i < candidate.name.length(); i++) {
      if (Octets.lower(buf.getByte(start + i)) != candidate.name.charAt(i)) {
        return OTHER;
      }
    }
    return candidate;
  }
}
