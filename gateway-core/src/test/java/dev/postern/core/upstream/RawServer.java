package dev.postern.core.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream that says what a test wants, byte by byte. */
final class RawServer implements AutoCloseable {
  /** Serves one connection; the socket is closed when it returns. */
  @FunctionalInterface
  interface Script {
    void serve(Connection connection) throws Exception;
  }

  private final ServerSocket server;
  private final Script script;
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  private RawServer(Script script) throws IOException {
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.script = script;
    Thread.ofVirtual().start(this::accept);
  }

  static RawServer of(Script script) {
    try {
      return new RawServer(script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers every request on a connection with the same text. */
  static RawServer answering(String response) {
    return of(connection -> {
      while (connection.readRequest() != null) {
        connection.write(response);
      }
    });
  }

  Endpoint endpoint() {
    return new Endpoint("127.0.0.1", server.getLocalPort(), false);
  }

  /** Returns how many connections came. */
  int connections() {
    return connections.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        int number = connections.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket, number));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket, int number) {
    try (socket) {
      script.serve(new Connection(socket, number));
    } catch (Exception e) {
      // The client went away, which a test looks at from its own side.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  /** One accepted connection; numbers start with 1. */
  record Connection(Socket socket, int number) {
    /** Returns head and body of the next request, or null at the end. */
    String readRequest() throws IOException {
      StringBuilder text = new StringBuilder();
      InputStream in = socket.getInputStream();
      while (!text.toString().endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          return null;
        }
        text.append((char) next);
      }
      String head = text.toString();
      int length = head.toLowerCase(Locale.ROOT).indexOf("content-length: ");
      if (length >= 0) {
        int size = Integer.parseInt(head.substring(length + 16, head.indexOf("\r\n", length)));
        text.append(new String(in.readNBytes(size), ISO_8859_1));
      } else if (head.contains("Transfer-Encoding: chunked")) {
        while (!text.toString().endsWith("0\r\n\r\n")) {
          text.append((char) in.read());
        }
      }
      return text.toString();
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    /** Ends the connection with a reset. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Waits for the client to end the connection. */
    void awaitEnd() {
      try {
        while (socket.getInputStream().read() >= 0) {}
      } catch (IOException e) {
        // Also an end.
      }
    }
  }
}
