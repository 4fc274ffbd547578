package dev.postern.core.listener;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A client that sends exactly the bytes it is told to, and reads what comes back. */
final class RawClient implements AutoCloseable {
  final Socket socket;
  private final InputStream in;

  RawClient(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
    in = socket.getInputStream();
  }

  record Answer(int status, String head, Map<String, String> headers, String body) {
    String header(String name) {
      return headers.get(name);
    }
  }

  RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Reads to the end of a line; the line end is taken off. */
  String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b = in.read();
    while (b >= 0 && b != '\n') {
      line.write(b);
      b = in.read();
    }
    if (b < 0 && line.size() == 0) {
      throw new EOFException();
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  String readHead() throws IOException {
    StringBuilder head = new StringBuilder();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      head.append(line).append('\n');
    }
    return head.toString();
  }

  Answer read() throws IOException {
    return read(false);
  }

  /** Reads one response. */
  Answer read(boolean bodiless) throws IOException {
    String head = readHead();
    Map<String, String> headers = new LinkedHashMap<>();
    String[] lines = head.split("\n");
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).trim());
    }
    int status = Integer.parseInt(lines[0].split(" ")[1]);
    String body = "";
    if (!bodiless && status != 204 && status != 304 && status >= 200) {
      if (headers.containsKey("content-length")) {
        body = readBytes(Integer.parseInt(headers.get("content-length")));
      } else if ("chunked".equals(headers.get("transfer-encoding"))) {
        StringBuilder all = new StringBuilder();
        for (String chunk = readChunk(); !chunk.isEmpty(); chunk = readChunk()) {
          all.append(chunk);
        }
        body = all.toString();
      } else {
        body = readToEnd();
      }
    }
    return new Answer(status, head, headers, body);
  }

  String readBytes(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("after " + bytes.length);
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Reads one chunk; empty at the end. Trailers are left to be read. */
  String readChunk() throws IOException {
    int size = Integer.parseInt(readLine(), 16);
    if (size == 0) {
      lastTrailers = readHead();
      return "";
    }
    String chunk = readBytes(size);
    readLine();
    return chunk;
  }

  String lastTrailers = "";

  String readToEnd() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Returns whether the server closed without sending more. */
  boolean atEnd() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
