package dev.postern.policy.cel;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.http.GatewayRequest;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code request}. */
@SuppressWarnings("Immutable") // lives as long as one evaluation
final class RequestView extends View {
  private final Exchange exchange;
  private final GatewayRequest request;

  RequestView(Exchange exchange, GatewayRequest request) {
    this.exchange = exchange;
    this.request = request;
  }

  @Override
  @Nullable Object field(String name) {
    return switch (name) {
      case "method" -> request.method();
      case "scheme" -> request.scheme();
      case "host" -> host();
      case "version" -> request.version().toString();
      case "path" -> request.path();
      case "rawPath" -> rawPath();
      case "pathAndQuery" -> request.target();
      case "uri" -> request.scheme() + "://" + host() + request.target();
      case "headers" -> new HeaderView(request.headers());
      case "body", "bodyPrefix" -> content().text();
      case "json" -> content().json();
      case "startTime" -> exchange.record().startTime();
      case "endTime" -> endTime();
      case "bodyTruncated" -> exchange.record().requestBodyTruncated();
      default -> null;
    };
  }

  @Override
  List<String> names() {
    return List.of(
        "method",
        "scheme",
        "host",
        "version",
        "path",
        "rawPath",
        "pathAndQuery",
        "uri",
        "headers",
        "body",
        "startTime",
        "endTime");
  }

  private String rawPath() {
    String raw = exchange.record().rawPath();
    return raw == null ? request.pathAsSent() : raw;
  }

  private Content content() {
    return Content.of(
        exchange,
        Content.REQUEST,
        request.body(),
        request.headers(),
        exchange.record().requestBodyTruncated());
  }

  private String host() {
    String authority = request.authority().toLowerCase(Locale.ROOT);
    String port = request.scheme().equals("https") ? ":443" : ":80";
    return authority.endsWith(port)
        ? authority.substring(0, authority.length() - port.length())
        : authority;
  }

  private @Nullable Object endTime() {
    RequestRecord record = exchange.record();
    return record.endNanos() == 0
        ? null
        : record.startTime().plusNanos(record.endNanos() - record.startNanos());
  }
}
