package dev.postern.llm.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A provider that answers each call as a test says, byte by byte if need be. */
final class ScriptedProvider implements AutoCloseable {
  /** Answers one call; the connection stays open unless the script closes it. */
  @FunctionalInterface
  interface Script {
    void answer(Call call) throws Exception;
  }

  static final String ANSWER =
      "{\"id\":\"c1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m-1\",\"choices\":"
          + "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},"
          + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
          + "\"total_tokens\":11}}";

  /** What was asked, in order. */
  final List<Call> calls = new CopyOnWriteArrayList<>();

  /** One entry for every connection that the other side ended while a script waited for that. */
  final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
  private volatile Script otherwise = call -> call.json(200, ANSWER);

  ScriptedProvider() throws IOException {
    Thread.ofVirtual().start(this::accept);
  }

  /** Answers the next call, after those that were said before, with this script. */
  ScriptedProvider then(Script script) {
    scripts.add(script);
    return this;
  }

  /** Answers all calls that nothing else was said about with this script. */
  ScriptedProvider always(Script script) {
    otherwise = script;
    return this;
  }

  String baseUrl() {
    return "http://127.0.0.1:" + server.getLocalPort() + "/v1";
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
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (Call call = read(in, socket); call != null; call = read(in, socket)) {
        calls.add(call);
        Script script = scripts.poll();
        (script == null ? otherwise : script).answer(call);
      }
    } catch (Exception e) {
      ended.add("broken");
    }
  }

  private @Nullable Call read(InputStream in, Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      head.append((char) next);
    }
    int length = head.toString().toLowerCase(Locale.ROOT).indexOf("content-length: ");
    int size =
        length < 0
            ? 0
            : Integer.parseInt(head.substring(length + 16, head.indexOf("\r\n", length)));
    return new Call(this, socket, head.toString(), in.readNBytes(size));
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  /** One call. */
  record Call(ScriptedProvider provider, Socket socket, String head, byte[] content) {
    String body() {
      return new String(content, UTF_8);
    }

    void raw(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    /** Answers at once. */
    void answer(int status, String headers, String body) throws IOException {
      byte[] bytes = body.getBytes(UTF_8);
      String answer =
          "HTTP/1.1 "
              + status
              + " S\r\n"
              + headers
              + "content-length: "
              + bytes.length
              + "\r\n\r\n";
      socket.getOutputStream().write((answer + new String(bytes, ISO_8859_1)).getBytes(ISO_8859_1));
    }

    void json(int status, String body) throws IOException {
      answer(status, "content-type: application/json\r\n", body);
    }

    /** Begins a stream of events. */
    Call stream() throws IOException {
      raw(
          "HTTP/1.1 200 OK\r\n"
              + "content-type: text/event-stream\r\n"
              + "transfer-encoding: chunked\r\n\r\n");
      return this;
    }

    /** Sends a piece of the stream as one chunk. */
    Call piece(String text) throws IOException {
      byte[] bytes = text.getBytes(UTF_8);
      String chunk = Integer.toHexString(bytes.length) + "\r\n" + new String(bytes, ISO_8859_1);
      socket.getOutputStream().write((chunk + "\r\n").getBytes(ISO_8859_1));
      return this;
    }

    /** Ends the stream properly. */
    void end() throws IOException {
      raw("0\r\n\r\n");
    }

    /** Breaks the connection. */
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
      provider.ended.add("ended");
    }
  }
}
