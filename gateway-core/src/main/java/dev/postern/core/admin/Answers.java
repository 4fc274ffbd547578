package dev.postern.core.admin;

import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;

/** Answers that the servers for operators have in common. */
final class Answers {
  private Answers() {}

  /** Answers GET, and HEAD by the same without its content; refuses other methods. */
  static <E extends Exception> GatewayResponse toGet(GatewayRequest request, Answer<E> answer)
      throws E {
    return switch (request.method()) {
      case "GET" -> answer.get();
      case "HEAD" -> withoutContent(answer.get());
      default -> GatewayResponse.text(405, "method not allowed").withHeader("allow", "GET, HEAD");
    };
  }

  static GatewayResponse notFound() {
    return GatewayResponse.text(404, "not found");
  }

  static GatewayResponse uncached(GatewayResponse response) {
    return response.withHeader("cache-control", "no-store");
  }

  private static GatewayResponse withoutContent(GatewayResponse response) {
    return response
        .withHeader("content-length", Long.toString(response.body().length()))
        .withBody(Body.empty());
  }

  /** Makes an answer. */
  @FunctionalInterface
  interface Answer<E extends Exception> {
    GatewayResponse get() throws E;
  }
}
