package dev.postern.core.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server that does what a test says, byte by byte, and keeps what it was sent. */
final class ScriptedUpstream implements AutoCloseable {
  /** Serves one connection; the socket is closed when it returns. */
  @FunctionalInterface
  interface Script {
    void serve(Connection connection) throws Exception;
  }

  static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  /** The heads of all requests, in order. */
  final List<String> heads = new CopyOnWriteArrayList<>();

  /** One entry for every connection that the other side ended. */
  final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

  private final BlockingQueue<String> arrivals = new LinkedBlockingQueue<>();
  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final Script script;

  ScriptedUpstream(Script script) throws IOException {
    this.script = script;
    Thread.ofVirtual().start(this::accept);
  }

  /** Answers the n-th request with the n-th response, and further ones with the last. */
  static ScriptedUpstream answering(String... responses) throws IOException {
    return new ScriptedUpstream(connection -> {
      while (connection.readRequest() != null) {
        int number = connection.upstream.heads.size() - 1;
        connection.write(responses[Math.min(number, responses.length - 1)]);
      }
    });
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** Waits until {@code number} requests have come; returns whether they have. */
  boolean awaitHeads(int number) throws InterruptedException {
    for (int i = 0; i < 500 && heads.size() < number; i++) {
      if (arrivals.poll(10, TimeUnit.SECONDS) == null) {
        return false;
      }
    }
    return heads.size() >= number;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      script.serve(new Connection(this, socket));
    } catch (Exception e) {
      ended.add("broken");
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  /** One accepted connection. */
  record Connection(ScriptedUpstream upstream, Socket socket) {
    /** Returns the head of the next request, without reading its body, or null at the end. */
    @Nullable String readHead() throws IOException {
      StringBuilder text = new StringBuilder();
      InputStream in = socket.getInputStream();
      while (!text.toString().endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          return null;
        }
        text.append((char) next);
      }
      upstream.heads.add(text.toString());
      upstream.arrivals.add("arrived");
      return text.toString();
    }

    /** Returns head and body of the next request, or null at the end. */
    @Nullable String readRequest() throws IOException {
      String head = readHead();
      if (head == null) {
        return null;
      }
      StringBuilder text = new StringBuilder(head);
      InputStream in = socket.getInputStream();
      String lower = head.toLowerCase(Locale.ROOT);
      int length = lower.indexOf("content-length: ");
      if (length >= 0) {
        int size = Integer.parseInt(head.substring(length + 16, head.indexOf("\r\n", length)));
        text.append(new String(in.readNBytes(size), ISO_8859_1));
      } else if (lower.contains("transfer-encoding: chunked")) {
        while (!text.toString().endsWith("\r\n0\r\n\r\n")) {
          int next = in.read();
          if (next < 0) {
            return null;
          }
          text.append((char) next);
        }
      }
      return text.toString();
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Waits until the other side ends the connection, and notes it. */
    void awaitEnd() {
      try {
        while (socket.getInputStream().read() >= 0) {}
      } catch (IOException e) {
        // Also an end.
      }
      upstream.ended.add("ended");
    }
  }
}
