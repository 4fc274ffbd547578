package dev.postern.core.exchange;

import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Text or JSON for HTTP; status and message in headers for gRPC, which reads no body of errors. */
final class PlainErrorRenderer implements ErrorRenderer {
  private static final int MAX_GRPC_MESSAGE = 1024;

  @Override
  public GatewayResponse render(GatewayException error, Exchange exchange, GatewayRequest request) {
    if (request.isGrpc()) {
      Headers headers =
          Headers.of(
              "content-type",
              "application/grpc",
              "grpc-status",
              Integer.toString(grpcStatus(error)),
              "grpc-message",
              percentEncode(error.message()));
      return GatewayResponse.of(200, headers, Body.empty());
    }
    PlainErrors form = exchange.get(PlainErrors.KEY);
    return form != null && form.json(request)
        ? json(error, exchange)
        : GatewayResponse.text(error.status(), error.message());
  }

  private static GatewayResponse json(GatewayException error, Exchange exchange) {
    Map<String, Json> told = new LinkedHashMap<>();
    told.put("code", Json.of(error.reason().label()));
    told.put("message", Json.of(error.message()));
    told.put("request_id", Json.of(exchange.requestId()));
    String body = Json.object("error", JsonObject.of(told)).toString();
    return GatewayResponse.of(
        error.status(), Headers.of("content-type", "application/json"), Body.of(body));
  }

  // https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
  private static int grpcStatus(GatewayException error) {
    return switch (error.status()) {
      case 400 -> 13;
      case 401, 407 -> 16;
      case 403 -> 7;
      case 404 -> 12;
      case 429, 502, 503, 504 -> 14;
      default -> error.reason() == Reason.NO_HEALTHY_BACKEND ? 14 : 2;
    };
  }

  private static String percentEncode(String message) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
      if (encoded.length() >= MAX_GRPC_MESSAGE - 2) {
        break;
      }
      if (b >= 0x20 && b <= 0x7e && b != '%') {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(String.format("%02X", b & 0xff));
      }
    }
    return encoded.toString();
  }
}
