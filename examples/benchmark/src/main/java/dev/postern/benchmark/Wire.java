package dev.postern.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** As much of HTTP/1.1 as a mock server and a load generator need, and no more. */
final class Wire {
  private Wire() {}

  /** Reads one request; returns its body, or null when the connection ended before it. */
  static @Nullable String readMessage(InputStream in) throws IOException {
    int length = 0;
    String line = readLine(in);
    if (line == null) {
      return null;
    }
    boolean chunked = false;
    for (line = readLine(in); line != null && !line.isEmpty(); line = readLine(in)) {
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(line.substring(15).strip());
      } else if (line.regionMatches(true, 0, "transfer-encoding:", 0, 18)) {
        chunked = true;
      }
    }
    return chunked ? readChunks(in) : new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  /** Reads one response to its end; returns when its head and first byte had arrived. */
  static long readResponse(InputStream in, int expectedStatus) throws IOException {
    String status = readLine(in);
    long firstByte = System.nanoTime();
    if (status == null || !status.startsWith("HTTP/1.1 " + expectedStatus)) {
      throw new IOException("unexpected answer: " + status);
    }
    int length = 0;
    boolean chunked = false;
    for (String line = readLine(in); line != null && !line.isEmpty(); line = readLine(in)) {
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(line.substring(15).strip());
      } else if (line.regionMatches(true, 0, "transfer-encoding:", 0, 18)) {
        chunked = true;
      }
    }
    if (chunked) {
      skipChunks(in);
    } else {
      in.skipNBytes(length);
    }
    return firstByte;
  }

  private static void skipChunks(InputStream in) throws IOException {
    while (true) {
      String size = readLine(in);
      if (size == null) {
        throw new IOException("the answer broke off");
      }
      int length = Integer.parseInt(size.strip(), 16);
      in.skipNBytes(length + 2);
      if (length == 0) {
        return;
      }
    }
  }

  private static String readChunks(InputStream in) throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      String size = readLine(in);
      int length = size == null ? 0 : Integer.parseInt(size.strip(), 16);
      body.append(new String(in.readNBytes(length), StandardCharsets.UTF_8));
      in.skipNBytes(2);
      if (length == 0) {
        return body.toString();
      }
    }
  }

  private static @Nullable String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return line.toString();
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.isEmpty() ? null : line.toString();
  }
}
