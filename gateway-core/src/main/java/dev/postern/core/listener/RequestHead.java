package dev.postern.core.listener;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.core.http.HttpVersion;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.Map;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * The parsed head of a request, made into the gateway's own values.
 *
 * <p>The host line becomes the authority; {@code expect} and {@code upgrade}, which are for the
 * listener, are taken out. What else a head must not say is checked by the gateway, for all its
 * callers.
 */
final class RequestHead {
  private static final int MAX_METHOD = 32;

  private final HttpVersion version;
  private final Headers.Builder headers = Headers.builder();
  private @Nullable String host;
  private @Nullable Refusal refusal;
  private boolean continueWanted;
  private boolean connectionUpgrade;
  private boolean webSocket;
  private long length = -1;
  private boolean chunked;
  private GatewayRequest.@Nullable Builder request;

  private RequestHead(HttpVersion version) {
    this.version = version;
  }

  /** Reads the head of {@code request}. */
  static RequestHead of(HttpServerRequest request, boolean tls) {
    RequestHead head = new RequestHead(version(request));
    for (Map.Entry<String, String> line : request.headers()) {
      head.line(line.getKey(), line.getValue());
    }
    String method = request.method().name();
    if (head.refusal == null) {
      head.refusal = head.check(method, request.uri());
    }
    if (head.refusal == null) {
      head.request =
          GatewayRequest.builder(method, request.uri())
              .scheme(tls ? "https" : "http")
              .version(head.version)
              .headers(head.headers.build());
      head.authority(request);
    }
    return head;
  }

  private static HttpVersion version(HttpServerRequest request) {
    return switch (request.version()) {
      case HTTP_1_0 -> HttpVersion.HTTP_1_0;
      case HTTP_2 -> HttpVersion.HTTP_2;
      default -> HttpVersion.HTTP_1_1;
    };
  }

  private void line(String name, String value) {
    // By length first: nearly all names are told apart by it.
    switch (name.length()) {
      case 4 -> {
        if (name.equalsIgnoreCase("host")) {
          refuseIf(host != null, Refusal.INVALID);
          host = value;
          return;
        }
      }
      case 6 -> {
        if (name.equalsIgnoreCase("expect")) {
          expect(value);
          return;
        }
      }
      case 7 -> {
        if (name.equalsIgnoreCase("upgrade")) {
          webSocket |= hasToken(value, "websocket");
          return;
        }
      }
      case 10 ->
          connectionUpgrade |= name.equalsIgnoreCase("connection") && hasToken(value, "upgrade");
      case 14 -> {
        if (name.equalsIgnoreCase("content-length")) {
          contentLength(value);
        } else if (name.equalsIgnoreCase("http2-settings")) {
          return;
        }
      }
      case 17 -> chunked |= name.equalsIgnoreCase("transfer-encoding");
      default -> {}
    }
    headers.add(name, value);
  }

  private void expect(String value) {
    if (version == HttpVersion.HTTP_1_0) {
      // RFC 9110 §10.1.1: ignored from a client that cannot understand the answer.
      return;
    }
    continueWanted = value.trim().equalsIgnoreCase("100-continue");
    refuseIf(!continueWanted, Refusal.EXPECTATION_FAILED);
  }

  private void contentLength(String value) {
    try {
      refuseIf(length >= 0, Refusal.INVALID);
      length = Long.parseLong(value.trim());
      refuseIf(length < 0, Refusal.INVALID);
    } catch (NumberFormatException e) {
      refuseIf(true, Refusal.INVALID);
    }
  }

  private @Nullable Refusal check(String method, String uri) {
    if (method.equals("CONNECT")) {
      return Refusal.METHOD_NOT_ALLOWED;
    }
    if (method.length() > MAX_METHOD) {
      return Refusal.INVALID;
    }
    if (webSocket && connectionUpgrade && version == HttpVersion.HTTP_1_1) {
      return Refusal.NOT_IMPLEMENTED;
    }
    if (host == null && version == HttpVersion.HTTP_1_1) {
      return Refusal.INVALID;
    }
    boolean fits =
        uri.startsWith("/")
            || (uri.equals("*") && method.equals("OPTIONS"))
            || (version != HttpVersion.HTTP_2 && isAbsolute(uri));
    return fits ? null : Refusal.INVALID;
  }

  private static boolean isAbsolute(String uri) {
    return uri.regionMatches(true, 0, "http://", 0, 7)
        || uri.regionMatches(true, 0, "https://", 0, 8);
  }

  private void authority(HttpServerRequest parsed) {
    GatewayRequest.Builder builder = request;
    if (builder == null) {
      return;
    }
    String uri = parsed.uri();
    if (version == HttpVersion.HTTP_2) {
      HostAndPort authority = parsed.authority();
      if (authority == null) {
        refuseIf(true, Refusal.INVALID);
      } else {
        builder.authority(authority.toString());
      }
    } else if (!uri.startsWith("/") && !uri.equals("*")) {
      // RFC 9112 §3.2.2: the target wins. Its scheme says nothing about this connection.
      int start = uri.indexOf("://") + 3;
      int end = start;
      while (end < uri.length() && "/?#".indexOf(uri.charAt(end)) < 0) {
        end++;
      }
      refuseIf(start == end, Refusal.INVALID);
      builder.authority(uri.substring(start, end));
    } else if (host != null) {
      builder.authority(host);
    }
  }

  private void refuseIf(boolean wrong, Refusal refusal) {
    if (wrong && this.refusal == null) {
      this.refusal = refusal;
    }
  }

  private static boolean hasToken(String list, String token) {
    StringTokenizer parts = new StringTokenizer(list, ",");
    while (parts.hasMoreTokens()) {
      if (parts.nextToken().trim().equalsIgnoreCase(token)) {
        return true;
      }
    }
    return false;
  }

  /** Returns why the request is refused, or null. */
  @Nullable Refusal refusal() {
    return refusal;
  }

  /** Returns the version of HTTP the client speaks. */
  HttpVersion version() {
    return version;
  }

  /** Returns whether the client waits for 100 before it sends the body. */
  boolean continueWanted() {
    return continueWanted;
  }

  /** Returns the length of the body as the head tells it, or -1. */
  long length() {
    return length;
  }

  /** Returns whether there is no body, as far as the head tells. */
  boolean hasNoBody() {
    return length == 0 || (length < 0 && !chunked && version != HttpVersion.HTTP_2);
  }

  /** Returns the request, still without its body. */
  GatewayRequest.Builder request() {
    GatewayRequest.Builder builder = request;
    if (builder == null) {
      throw new IllegalStateException("refused");
    }
    return builder;
  }
}
