package dev.postern.policy.cel;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.GatewayResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code response}. */
@SuppressWarnings("Immutable") // lives as long as one evaluation
final class ResponseView extends View {
  private final Exchange exchange;
  private final GatewayResponse response;

  ResponseView(Exchange exchange, GatewayResponse response) {
    this.exchange = exchange;
    this.response = response;
  }

  @Override
  @Nullable Object field(String name) {
    return switch (name) {
      case "code" -> (long) response.status();
      case "grpcStatus" -> grpcStatus();
      case "reason" -> exchange.record().reason().label();
      case "headers" -> new HeaderView(response.headers());
      case "body", "bodyPrefix" -> content().text();
      case "json" -> content().json();
      case "bodyTruncated" -> exchange.record().responseBodyTruncated();
      default -> null;
    };
  }

  @Override
  List<String> names() {
    return List.of("code", "grpcStatus", "reason", "headers", "body");
  }

  private Content content() {
    return Content.of(
        exchange,
        Content.RESPONSE,
        response.body(),
        response.headers(),
        exchange.record().responseBodyTruncated());
  }

  private @Nullable Object grpcStatus() {
    String status = response.header("grpc-status");
    try {
      return status == null ? null : Long.valueOf(status);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
