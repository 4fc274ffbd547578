package dev.postern.core.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.postern.core.Gateway;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;

/** The ways into a gateway, so that a scenario can run through each. */
enum Door {
  HTTP_1 {
    @Override
    Answer send(Gateway gateway, GatewayRequest request) throws IOException {
      try (Wire wire = new Wire(gateway.port())) {
        byte[] body = request.body().readAll(Integer.MAX_VALUE);
        StringBuilder text = new StringBuilder();
        text.append(request.method()).append(' ').append(request.target());
        text.append(" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
        request
            .headers()
            .forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        if (body.length > 0) {
          text.append("Content-Length: ").append(body.length).append("\r\n");
        }
        text.append("\r\n").append(new String(body, ISO_8859_1));
        return wire.send(text.toString()).answer(request.method().equals("HEAD"));
      }
    }
  },

  HTTP_2 {
    @Override
    Answer send(Gateway gateway, GatewayRequest request) throws IOException {
      byte[] body = request.body().readAll(Integer.MAX_VALUE);
      Request.Builder outgoing =
          new Request.Builder()
              .url("http://127.0.0.1:" + gateway.port() + request.target())
              .method(request.method(), body.length == 0 ? null : RequestBody.create(body));
      request.headers().forEach(outgoing::addHeader);
      OkHttpClient client =
          new OkHttpClient.Builder()
              .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
              .retryOnConnectionFailure(false)
              .followRedirects(false)
              .readTimeout(Duration.ofSeconds(10))
              .build();
      try (Response response = client.newCall(outgoing.build()).execute()) {
        return answer(response);
      } finally {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdown();
      }
    }
  },

  IN_PROCESS {
    @Override
    Answer send(Gateway gateway, GatewayRequest request) {
      try (GatewayResponse response = gateway.handle(request)) {
        StringBuilder body = new StringBuilder();
        BodyStream stream = response.body().open();
        boolean whole = true;
        try {
          for (ByteBuffer piece = stream.next(); piece != null; piece = stream.next()) {
            body.append(ISO_8859_1.decode(piece));
          }
        } catch (IOException | RuntimeException e) {
          whole = false;
        }
        return new Answer(
            response.status(), response.headers(), body.toString(), whole, stream.trailers());
      }
    }
  };

  /** Sends a request, reads all of the answer and lets go of the connection. */
  abstract Answer send(Gateway gateway, GatewayRequest request) throws IOException;

  Answer get(Gateway gateway, String target) throws IOException {
    return send(gateway, GatewayRequest.get(target).build());
  }

  private static Answer answer(Response response) {
    Buffer body = new Buffer();
    boolean whole = true;
    try {
      while (response.body().source().read(body, 8192) >= 0) {}
    } catch (IOException e) {
      whole = false;
    }
    Headers trailers = Headers.EMPTY;
    try {
      trailers = whole ? headers(response.trailers()) : trailers;
    } catch (IOException e) {
      whole = false;
    }
    return new Answer(
        response.code(), headers(response.headers()), body.readString(ISO_8859_1), whole, trailers);
  }

  private static Headers headers(okhttp3.Headers from) {
    Headers.Builder headers = Headers.builder();
    from.forEach(line -> headers.add(line.getFirst(), line.getSecond()));
    return headers.build();
  }
}
