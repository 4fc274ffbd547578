package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.BodyTooLargeException;
import dev.postern.core.http.ClientBodyException;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.upstream.UpstreamException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Turns failures into responses in the client's own protocol. */
final class Refusals {
  private static final Logger LOG = System.getLogger(Gateway.class.getName());

  private Refusals() {}

  /** Returns the response for {@code failure} and notes its reason. */
  static GatewayResponse render(Exception failure, Exchange exchange, GatewayRequest request) {
    GatewayException error = classify(failure, exchange);
    exchange.record().reason(error.reason(), describe(error));
    GatewayResponse response = exchange.errorRenderer().render(error, exchange, request);
    Headers.Builder headers = response.headers().toBuilder();
    error.headers().forEach(headers::set);
    int status = response.status();
    if (status == 401 || status == 403 || status == 429 || status >= 500) {
      headers.set("cache-control", "no-store");
    }
    return response.withHeaders(headers.build());
  }

  /** Returns the exception that says why the exchange ends, whatever was thrown. */
  static GatewayException classify(Exception failure, Exchange exchange) {
    // Work that was called off fails in all sorts of ways; why it was called off is what counts.
    GatewayException cause = exchange.scope().cause();
    if (cause != null) {
      return cause;
    }
    return switch (failure) {
      case GatewayException error -> error;
      case UpstreamException upstream -> upstream.toGatewayException();
      case ClientBodyException body ->
          Reason.INVALID_REQUEST
              .exception(
                  switch (body.status()) {
                    case 408 -> "request timeout";
                    case 413 -> "payload too large";
                    default -> "invalid request";
                  },
                  body)
              .status(body.status());
      case BodyTooLargeException tooLarge ->
          Reason.INVALID_REQUEST.exception("payload too large", tooLarge).status(413);
      default -> {
        LOG.log(Level.ERROR, "an exchange failed", failure);
        yield Reason.INTERNAL.exception("internal error", failure);
      }
    };
  }

  private static String describe(GatewayException error) {
    String detail = error.detail();
    if (detail != null) {
      return detail;
    }
    Throwable cause = error.getCause();
    return cause == null ? error.message() : error.message() + ": " + cause.getMessage();
  }
}
