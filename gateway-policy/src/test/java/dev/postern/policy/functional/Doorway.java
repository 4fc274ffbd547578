package dev.postern.policy.functional;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.core.Gateway;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** How requests get into a gateway. */
public enum Doorway {
  /** By a call in this process. */
  IN_PROCESS {
    @Override
    public Answer send(Gateway gateway, GatewayRequest request) throws IOException {
      try (GatewayResponse response = gateway.handle(request)) {
        return new Answer(
            response.status(),
            response.headers(),
            new String(response.body().readAll(Long.MAX_VALUE), UTF_8));
      }
    }
  },
  /** Through a socket. */
  LISTENER {
    @Override
    public Answer send(Gateway gateway, GatewayRequest request) throws IOException {
      Request.Builder call =
          new Request.Builder().url("http://127.0.0.1:" + gateway.port() + request.target());
      request.headers().forEach(call::addHeader);
      if (!request.authority().isEmpty()) {
        call.header("host", request.authority());
      }
      String type = request.header("content-type");
      boolean bodiless = request.method().equals("GET") || request.method().equals("HEAD");
      call.method(
          request.method(),
          bodiless
              ? null
              : RequestBody.create(
                  request.body().readAll(Long.MAX_VALUE),
                  type == null ? null : MediaType.parse(type)));
      try (Response response = CLIENT.newCall(call.build()).execute()) {
        List<String> lines = new ArrayList<>();
        response
            .headers()
            .forEach(line -> {
              lines.add(line.getFirst());
              lines.add(line.getSecond());
            });
        return new Answer(
            response.code(), Headers.of(lines.toArray(String[]::new)), response.body().string());
      }
    }
  };

  private static final OkHttpClient CLIENT =
      new OkHttpClient.Builder().followRedirects(false).build();

  /** A response, read to its end. */
  public record Answer(int status, Headers headers, String body) {
    /** Returns the value of a header, or null. */
    public String header(String name) {
      return headers.get(name);
    }
  }

  /** Sends a request and reads the response to its end. */
  public abstract Answer send(Gateway gateway, GatewayRequest request) throws IOException;
}
