package dev.postern.policy.testing;

import dev.postern.core.http.Body;
import dev.postern.core.http.Cidr;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import java.net.InetAddress;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The request of a test.
 *
 * @param method the method; {@code POST} with a content, {@code GET} without one
 * @param path path and query; {@code /} by default
 * @param host host and port; {@code localhost} by default
 * @param scheme {@code http} by default
 * @param headers the headers
 * @param body the content, as a text
 * @param json the content, as JSON, instead
 * @param source the address of the caller; {@code 127.0.0.1} by default
 * @param gateway the gateway it comes in at; the first by default
 */
record Asking(
    String method,
    String path,
    String host,
    String scheme,
    Map<String, String> headers,
    @Nullable String body,
    @Nullable Json json,
    String source,
    @Nullable String gateway) {
  Asking {
    boolean content = body != null || json != null;
    method = Objects.requireNonNullElse(method, content ? "POST" : "GET");
    path = Objects.requireNonNullElse(path, "/");
    host = Objects.requireNonNullElse(host, "localhost");
    scheme = Objects.requireNonNullElse(scheme, "http");
    headers = headers == null ? Map.of() : Map.copyOf(headers);
    source = Objects.requireNonNullElse(source, "127.0.0.1");
    checkContent(body, json);
    address("source", source);
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path: \"" + path + "\" (expected: a path as /v1/a?b=c)");
    }
  }

  GatewayRequest request() {
    return GatewayRequest.builder(method, path)
        .scheme(scheme)
        .authority(host)
        .headers(headers(headers, json))
        .body(content(body, json))
        .build();
  }

  InetAddress address() {
    return address("source", source);
  }

  /** Returns the address that a text writes, without asking a name server. */
  static InetAddress address(String field, String text) {
    try {
      return Cidr.parse(text + (text.contains(":") ? "/128" : "/32")).network();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(field + ": \"" + text + "\" (expected: an IP address)", e);
    }
  }

  static void checkContent(@Nullable String body, @Nullable Json json) {
    if (body != null && json != null) {
      throw new IllegalArgumentException("json: set together with body (expected: one of them)");
    }
  }

  static Headers headers(Map<String, String> lines, @Nullable Json json) {
    Headers.Builder headers = Headers.builder();
    if (json != null) {
      headers.set("content-type", "application/json");
    }
    lines.forEach(headers::set);
    return headers.build();
  }

  static Body content(@Nullable String body, @Nullable Json json) {
    if (json != null) {
      return Body.of(json.toBytes());
    }
    return body == null ? Body.empty() : Body.of(body);
  }
}
