package dev.postern.policy.authn;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Base64url in its one canonical form: no padding, no other characters, unused bits zero. */
final class StrictBase64 {
  private StrictBase64() {}

  /** Returns the bytes, or null if the text is not what these bytes are written as. */
  static byte @Nullable [] decode(String text) {
    byte[] written = text.getBytes(StandardCharsets.ISO_8859_1);
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(written);
      return Arrays.equals(Base64.getUrlEncoder().withoutPadding().encode(bytes), written)
          ? bytes
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
