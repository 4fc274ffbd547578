package dev.postern.llm;

import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.llm.wire.ErrorShape;
import dev.postern.llm.wire.RoutePaths;

/** Writes errors in the format of the client's API, which the path tells. */
final class LlmErrorRenderer implements ErrorRenderer {
  static final LlmErrorRenderer INSTANCE = new LlmErrorRenderer();

  private static final String[] CREDENTIALS = {
    "authorization", "x-api-key", "api-key", "x-goog-api-key"
  };

  private LlmErrorRenderer() {}

  @Override
  public GatewayResponse render(GatewayException error, Exchange exchange, GatewayRequest request) {
    ErrorShape shape = shape(request);
    String requestId = exchange.requestId();
    byte[] body = shape.body(error, hasCredentials(request), requestId);
    Headers.Builder headers = Headers.builder().add("content-type", "application/json");
    headers.add(LlmHeaders.REQUEST_ID, requestId);
    if (shape == ErrorShape.BEDROCK) {
      headers.add("x-amzn-errortype", ErrorShape.bedrockException(error));
    }
    return GatewayResponse.of(error.status(), headers.build(), Body.of(body));
  }

  private static ErrorShape shape(GatewayRequest request) {
    String path = request.path();
    // Served as detect for now, but its clients read their own format.
    if (path.contains("/model/")
        && (path.endsWith("/converse")
            || path.endsWith("/converse-stream")
            || path.endsWith("/invoke")
            || path.endsWith("/invoke-with-response-stream"))) {
      return ErrorShape.BEDROCK;
    }
    RoutePaths.Match match = RoutePaths.DEFAULT.match(path);
    return match == null ? ErrorShape.OPENAI : match.type().errorShape();
  }

  private static boolean hasCredentials(GatewayRequest request) {
    for (String name : CREDENTIALS) {
      if (request.headers().contains(name)) {
        return true;
      }
    }
    return false;
  }
}
