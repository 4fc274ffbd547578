package dev.postern.core.text;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Wraps the older encodings of private keys into PKCS#8 (RFC 5958), which Java reads. */
final class Pkcs8 {
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final int PARAMETERS = 0xa0;
  private static final byte[] VERSION_0 = {2, 1, 0};

  /** rsaEncryption, 1.2.840.113549.1.1.1, and its NULL parameters. */
  private static final byte[] RSA = {
    6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };

  /** id-ecPublicKey, 1.2.840.10045.2.1. */
  private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private Pkcs8() {}

  /** Wraps an RSAPrivateKey (RFC 8017 A.1.2). */
  static byte[] ofPkcs1(byte[] key) {
    return wrap(RSA, key);
  }

  /**
   * Wraps an ECPrivateKey (RFC 5915).
   *
   * @param curve the curve as an object identifier, for keys that do not name it themselves; may be
   *     empty
   */
  static byte[] ofSec1(byte[] key, byte[] curve) {
    byte[] named = parameters(key);
    byte[] used = named.length > 0 ? named : curve;
    if (used.length == 0) {
      throw new IllegalArgumentException("EC PRIVATE KEY does not name its curve");
    }
    return wrap(join(EC, used), key);
  }

  private static byte[] wrap(byte[] algorithm, byte[] key) {
    return der(SEQUENCE, join(VERSION_0, der(SEQUENCE, algorithm), der(OCTET_STRING, key)));
  }

  /** Returns what stands in the optional field [0] of an ECPrivateKey. */
  private static byte[] parameters(byte[] key) {
    try {
      int at = content(key, 0);
      while (at < key.length) {
        int start = content(key, at);
        int end = start + length(key, at);
        if ((key[at] & 0xff) == PARAMETERS) {
          return Arrays.copyOfRange(key, start, Math.min(end, key.length));
        }
        at = end;
      }
      return new byte[0];
    } catch (ArrayIndexOutOfBoundsException e) {
      throw new IllegalArgumentException("EC PRIVATE KEY cannot be read", e);
    }
  }

  private static int content(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = (length << 8) | (der[at + 2 + i] & 0xff);
    }
    if (length < 0 || length > der.length) {
      throw new IllegalArgumentException("EC PRIVATE KEY cannot be read");
    }
    return length;
  }

  private static byte[] der(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 6);
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      int bytes = (39 - Integer.numberOfLeadingZeros(content.length)) / 8;
      out.write(0x80 | bytes);
      for (int i = bytes - 1; i >= 0; i--) {
        out.write(content.length >> (8 * i));
      }
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
