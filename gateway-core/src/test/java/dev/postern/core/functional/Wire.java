package dev.postern.core.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.postern.core.http.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Locale;

/** A client that sends exactly the bytes it is told to. */
final class Wire implements AutoCloseable {
  final Socket socket;

  Wire(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
  }

  Wire send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Returns everything up to the end of the connection, which is empty when it was reset. */
  String readToEnd() {
    StringBuilder all = new StringBuilder();
    try {
      InputStream in = socket.getInputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        all.append((char) next);
      }
    } catch (java.net.SocketTimeoutException e) {
      all.append("<still open>");
    } catch (IOException e) {
      all.append("<reset>");
    }
    return all.toString();
  }

  /** Reads until {@code text} has come. */
  String readUntil(String text) throws IOException {
    StringBuilder all = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (all.indexOf(text) < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("ended after: " + all);
      }
      all.append((char) next);
    }
    return all.toString();
  }

  /**
   * Reads one answer, and no more.
   *
   * @param bodiless whether it has no content whatever its head says, as after HEAD
   */
  Answer answer(boolean bodiless) throws IOException {
    String head;
    try {
      head = readUntil("\r\n\r\n");
    } catch (IOException e) {
      return Answer.NONE;
    }
    String[] lines = head.split("\r\n");
    int status = Integer.parseInt(lines[0].split(" ")[1]);
    Headers headers = headers(lines);
    StringBuilder body = new StringBuilder();
    Headers trailers = Headers.EMPTY;
    boolean whole = true;
    try {
      if (bodiless || status < 200 || status == 204 || status == 304) {
        whole = true;
      } else if (headers.contains("transfer-encoding")) {
        trailers = chunks(body);
      } else if (headers.contains("content-length")) {
        take(body, Integer.parseInt(headers.get("content-length")));
      } else {
        body.append(readToEnd());
        whole = body.indexOf("<reset>") < 0;
      }
    } catch (IOException e) {
      whole = false;
    }
    return new Answer(status, headers, body.toString(), whole, trailers);
  }

  private static Headers headers(String... lines) {
    Headers.Builder headers = Headers.builder();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.add(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
    }
    return headers.build();
  }

  private Headers chunks(StringBuilder body) throws IOException {
    while (true) {
      int size = Integer.parseInt(readUntil("\r\n").strip(), 16);
      if (size == 0) {
        StringBuilder lines = new StringBuilder("\r\n");
        for (String line = readUntil("\r\n"); line.length() > 2; line = readUntil("\r\n")) {
          lines.append(line);
        }
        return headers(lines.toString().split("\r\n"));
      }
      take(body, size);
      readUntil("\r\n");
    }
  }

  private void take(StringBuilder body, int size) throws IOException {
    InputStream in = socket.getInputStream();
    for (int i = 0; i < size; i++) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("ended within the content");
      }
      body.append((char) next);
    }
  }

  /** Returns whether the other side has ended the connection, waiting for it. */
  boolean ended() {
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Ends the connection as a process that dies does. */
  void reset() throws IOException {
    if (!socket.isClosed()) {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  /** Sends one request that closes the connection, and returns all that comes. */
  static String exchange(int port, String request) throws IOException {
    try (Wire wire = new Wire(port)) {
      return wire.send(request).readToEnd();
    }
  }

  static int statuses(String answers) {
    return answers.toUpperCase(Locale.ROOT).split("HTTP/1\\.1 ", -1).length - 1;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
