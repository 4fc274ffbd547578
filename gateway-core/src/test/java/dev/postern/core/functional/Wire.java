package dev.postern.core.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

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
