package dev.postern.benchmark;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A model that answers at once and costs next to nothing: 1 KB of JSON, or fifty events, all at
 * once or each in a segment of its own, as the name of the asked-for model says.
 */
public final class Upstream {
  /** An event as it stands in a stream. */
  static final String EVENT_TEXT =
      "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,"
          + "\"model\":\"small\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word \"},"
          + "\"finish_reason\":null}]}\n\n";

  private static final int EVENTS = 50;
  private static final byte[] ANSWER = answer();
  private static final byte[] AT_ONCE = events();
  private static final byte[] EVENT = chunk(ascii(EVENT_TEXT));
  private static final byte[] STREAM_HEAD =
      ascii(
          "HTTP/1.1 200 OK\r\n"
              + "content-type: text/event-stream\r\n"
              + "transfer-encoding: chunked\r\n\r\n");
  private static final byte[] STREAM_END = concat(chunk(lastEvents()), ascii("0\r\n\r\n"));

  private Upstream() {}

  /** Serves until it is killed; prints the port. */
  public static void main(String[] args) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress())) {
      System.out.println("port " + server.getLocalPort());
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    }
  }

  private static void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream(), 8192);
      OutputStream out = socket.getOutputStream();
      while (true) {
        String body = Wire.readMessage(in);
        if (body == null) {
          return;
        }
        if (body.contains("\"at-once\"")) {
          out.write(AT_ONCE);
        } else if (body.contains("\"one-by-one\"")) {
          out.write(STREAM_HEAD);
          for (int i = 0; i < EVENTS; i++) {
            out.write(EVENT);
            Thread.yield();
          }
          out.write(STREAM_END);
        } else {
          out.write(ANSWER);
        }
      }
    } catch (IOException e) {
      // The client is gone.
    }
  }

  private static byte[] answer() {
    String text = "word ".repeat(140).strip();
    byte[] body =
        ascii(
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"small\","
                + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                + text
                + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":180,"
                + "\"completion_tokens\":140,\"total_tokens\":320}}");
    return concat(
        ascii(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                + body.length
                + "\r\n\r\n"),
        body);
  }

  private static byte[] events() {
    byte[] all =
        ascii(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                + "transfer-encoding: chunked\r\n\r\n");
    for (int i = 0; i < EVENTS; i++) {
      all = concat(all, chunk(ascii(EVENT_TEXT)));
    }
    return concat(concat(all, chunk(lastEvents())), ascii("0\r\n\r\n"));
  }

  private static byte[] lastEvents() {
    return ascii(
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,"
            + "\"model\":\"small\",\"choices\":[{\"index\":0,\"delta\":{},"
            + "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
  }

  private static byte[] chunk(byte[] bytes) {
    return concat(concat(ascii(Integer.toHexString(bytes.length) + "\r\n"), bytes), ascii("\r\n"));
  }

  private static byte[] concat(byte[] one, byte[] other) {
    byte[] both = new byte[one.length + other.length];
    System.arraycopy(one, 0, both, 0, one.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
