package dev.postern.core.http;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A response as it is handed back: status, headers, body, or a connection that is taken over.
 *
 * <p>Immutable but for a streamed body, which is read once. Whoever receives a response reads its
 * body to the end or {@linkplain #close closes} it.
 */
public final class GatewayResponse implements AutoCloseable {
  private final int status;
  private final Headers headers;
  private final Body body;
  private final @Nullable Upgrade upgrade;

  private GatewayResponse(int status, Headers headers, Body body, @Nullable Upgrade upgrade) {
    this.status = status;
    this.headers = requireNonNull(headers, "headers");
    this.body = requireNonNull(body, "body");
    this.upgrade = upgrade;
  }

  /** Returns a response. */
  public static GatewayResponse of(int status, Headers headers, Body body) {
    return new GatewayResponse(status, headers, body, null);
  }

  /** Returns a response without headers and content. */
  public static GatewayResponse of(int status) {
    return new GatewayResponse(status, Headers.EMPTY, Body.empty(), null);
  }

  /** Returns a response of plain text in UTF-8. */
  public static GatewayResponse text(int status, String text) {
    return of(status, Headers.of("content-type", "text/plain; charset=utf-8"), Body.of(text));
  }

  /** Returns a response of JSON text in UTF-8. */
  public static GatewayResponse json(int status, String json) {
    return json(status, json.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a response of JSON text in UTF-8. */
  public static GatewayResponse json(int status, byte[] json) {
    return of(status, Headers.of("content-type", "application/json"), Body.of(json));
  }

  /**
   * Returns a response after which the connection speaks another protocol.
   *
   * @param status 101, or 200 as the answer to CONNECT
   */
  public static GatewayResponse upgrade(int status, Headers headers, Upgrade upgrade) {
    return new GatewayResponse(status, headers, Body.empty(), requireNonNull(upgrade, "upgrade"));
  }

  /** Returns the status code. */
  public int status() {
    return status;
  }

  /** Returns the header lines. */
  public Headers headers() {
    return headers;
  }

  /** Returns the value of the first header line of this name, or null. */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /** Returns the content; trailers are on its stream. */
  public Body body() {
    return body;
  }

  /** Returns what takes over the connection, or null for an ordinary response. */
  public @Nullable Upgrade upgrade() {
    return upgrade;
  }

  /** Returns this response with another status. */
  public GatewayResponse withStatus(int status) {
    return new GatewayResponse(status, headers, body, upgrade);
  }

  /** Returns this response with other headers. */
  public GatewayResponse withHeaders(Headers headers) {
    return new GatewayResponse(status, headers, body, upgrade);
  }

  /** Returns this response with one header set. */
  public GatewayResponse withHeader(String name, String value) {
    return withHeaders(headers.with(name, value));
  }

  /** Returns this response with another body. */
  public GatewayResponse withBody(Body body) {
    return new GatewayResponse(status, headers, body, upgrade);
  }

  /** Releases the body, and refuses the upgrade if there is one. */
  @Override
  public void close() {
    body.discard();
    if (upgrade != null) {
      upgrade.close();
    }
  }

  @Override
  public String toString() {
    return status + " " + body + (upgrade == null ? "" : " upgrade");
  }
}
