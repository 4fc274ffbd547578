package dev.postern.llm.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.core.Gateway;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A way into the gateway. */
enum Caller {
  /** By a call. */
  IN_PROCESS {
    @Override
    Answer send(Gateway gateway, GatewayRequest request) throws IOException {
      try (GatewayResponse response = gateway.handle(request)) {
        byte[] body = response.body().readAll(Long.MAX_VALUE);
        return new Answer(response.status(), response.headers(), body);
      }
    }
  },
  /** Through a socket. */
  LISTENER {
    @Override
    Answer send(Gateway gateway, GatewayRequest request) throws IOException {
      try (Socket socket = open(gateway)) {
        socket.getOutputStream().write(bytes(request, "connection: close\r\n"));
        return answer(socket.getInputStream());
      }
    }
  };

  /** Sends a request and reads the whole answer. */
  abstract Answer send(Gateway gateway, GatewayRequest request) throws IOException;

  Answer post(Gateway gateway, String path, String body) throws IOException {
    return send(gateway, request(path, body));
  }

  static GatewayRequest request(String path, String body) {
    return GatewayRequest.post(path, Body.of(body))
        .header("content-type", "application/json")
        .build();
  }

  static Socket open(Gateway gateway) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  static byte[] bytes(GatewayRequest request, String more) throws IOException {
    byte[] body = request.body().readAll(Long.MAX_VALUE);
    StringBuilder head = new StringBuilder();
    head.append(request.method()).append(' ').append(request.target()).append(" HTTP/1.1\r\n");
    head.append("host: gateway\r\n").append(more);
    for (int i = 0; i < request.headers().size(); i++) {
      head.append(request.headers().name(i)).append(": ");
      head.append(request.headers().value(i)).append("\r\n");
    }
    head.append("content-length: ").append(body.length).append("\r\n\r\n");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head.toString().getBytes(ISO_8859_1));
    all.writeBytes(body);
    return all.toByteArray();
  }

  /** Reads an answer up to its end, whichever way it is framed. */
  static Answer answer(InputStream in) throws IOException {
    String status = line(in);
    Headers.Builder headers = Headers.builder();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.add(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    Headers read = headers.build();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if ("chunked".equals(read.get("transfer-encoding"))) {
      for (int size = size(in); size > 0; size = size(in)) {
        body.writeBytes(in.readNBytes(size));
        line(in);
      }
    } else if (read.get("content-length") != null) {
      body.writeBytes(in.readNBytes(Integer.parseInt(read.get("content-length"))));
    } else {
      body.writeBytes(in.readAllBytes());
    }
    return new Answer(Integer.parseInt(status.substring(9, 12)), read, body.toByteArray());
  }

  private static int size(InputStream in) throws IOException {
    return Integer.parseInt(line(in), 16);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("ended after: " + line);
      }
      line.append(next == '\r' ? "" : (char) next);
    }
    return line.toString();
  }

  /** An answer. */
  record Answer(int status, Headers headers, byte[] body) {
    String text() {
      return new String(body, UTF_8);
    }

    Json error() {
      return Json.parse(body).find("error").orElseThrow(() -> new AssertionError(text()));
    }

    String code() {
      return error().string("code").orElse("none");
    }
  }
}
