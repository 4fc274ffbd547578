package dev.postern.core.http;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A request as it is handed along: method, target, headers, body.
 *
 * <p>Immutable, so that a second attempt starts from what the first was given. Path and query are
 * in their percent-encoded form.
 */
public final class GatewayRequest {
  private final String method;
  private final String scheme;
  private final String authority;
  private final String path;
  private final String pathAsSent;
  private final @Nullable String query;
  private final HttpVersion version;
  private final Headers headers;
  private final Body body;

  private GatewayRequest(Builder builder) {
    this.method = builder.method;
    this.scheme = builder.scheme;
    this.authority = builder.authority;
    this.path = CanonicalPath.withoutParameters(builder.path);
    this.pathAsSent = builder.path;
    this.query = builder.query;
    this.version = builder.version;
    this.headers = builder.headers;
    this.body = builder.body;
  }

  /**
   * Returns a builder of a request with this method and target.
   *
   * @param target a path with an optional query, {@code /v1/models?limit=3}, or a whole {@code
   *     http(s)} URL
   */
  public static Builder builder(String method, String target) {
    return new Builder(method).target(target);
  }

  /** Returns a builder of a GET request. */
  public static Builder get(String target) {
    return builder("GET", target);
  }

  /** Returns a builder of a POST request. */
  public static Builder post(String target, Body body) {
    return builder("POST", target).body(body);
  }

  /** Returns the method, case-sensitive. */
  public String method() {
    return method;
  }

  /** Returns {@code http} or {@code https}. */
  public String scheme() {
    return scheme;
  }

  /** Returns host and optional port, as in {@code example.com:8080}; empty when not known. */
  public String authority() {
    return authority;
  }

  /**
   * Returns the path that decides, percent-encoded, starting with a slash ({@code *} for OPTIONS).
   *
   * <p>It has no parameters of segments: {@code /admin;x=1/users} is {@code /admin/users} here, as
   * it is for the server behind that takes such parameters off. Rules look at this path.
   */
  public String path() {
    return path;
  }

  /** Returns the path with the parameters of its segments, as it is sent on. */
  public String pathAsSent() {
    return pathAsSent;
  }

  /** Returns the query without its question mark, or null when there is none. */
  public @Nullable String query() {
    return query;
  }

  /** Returns path and query as they stand in a request line, parameters of segments included. */
  public String target() {
    return query == null ? pathAsSent : pathAsSent + "?" + query;
  }

  /** Returns the version of HTTP the caller spoke; HTTP/1.1 for in-process calls. */
  public HttpVersion version() {
    return version;
  }

  /** Returns the header lines, without the host, which is the {@link #authority}. */
  public Headers headers() {
    return headers;
  }

  /** Returns the value of the first header line of this name, or null. */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /** Returns whether this is a call of gRPC, which reads no body of errors; gRPC-Web is another. */
  public boolean isGrpc() {
    String type = header("content-type");
    return type != null
        && (type.equals("application/grpc")
            || type.startsWith("application/grpc+")
            || type.startsWith("application/grpc;"));
  }

  /** Returns the content. */
  public Body body() {
    return body;
  }

  /** Returns this request with other headers. */
  public GatewayRequest withHeaders(Headers headers) {
    return toBuilder().headers(headers).build();
  }

  /** Returns this request with another body. */
  public GatewayRequest withBody(Body body) {
    return toBuilder().body(body).build();
  }

  /** Returns a builder that starts with this request. */
  public Builder toBuilder() {
    Builder builder = new Builder(method);
    builder.scheme = scheme;
    builder.authority = authority;
    builder.path = pathAsSent;
    builder.query = query;
    builder.version = version;
    builder.headers = headers;
    builder.body = body;
    return builder;
  }

  /** Returns method, authority and path; never the query, which may hold secrets. */
  @Override
  public String toString() {
    return method + " " + scheme + "://" + authority + path;
  }

  /** Collects the parts of a request. Not safe for concurrent use. */
  public static final class Builder {
    private String method;
    private String scheme = "http";
    private String authority = "";
    private String path = "/";
    private @Nullable String query;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private Headers headers = Headers.EMPTY;
    private Body body = Body.empty();

    private Builder(String method) {
      this.method = requireNonNull(method, "method");
    }

    /** Sets the method. */
    public Builder method(String method) {
      this.method = requireNonNull(method, "method");
      return this;
    }

    /** Sets the scheme, {@code http} by default. */
    public Builder scheme(String scheme) {
      this.scheme = requireNonNull(scheme, "scheme");
      return this;
    }

    /** Sets host and optional port. */
    public Builder authority(String authority) {
      this.authority = requireNonNull(authority, "authority");
      return this;
    }

    /** Sets the path as it is sent on, percent-encoded. */
    public Builder path(String path) {
      this.path = requireNonNull(path, "path");
      return this;
    }

    /** Sets the query, percent-encoded, without its question mark; null removes it. */
    public Builder query(@Nullable String query) {
      this.query = query;
      return this;
    }

    /** Sets the version the caller spoke. */
    public Builder version(HttpVersion version) {
      this.version = requireNonNull(version, "version");
      return this;
    }

    /** Replaces all header lines. */
    public Builder headers(Headers headers) {
      this.headers = requireNonNull(headers, "headers");
      return this;
    }

    /** Sets one header, replacing lines of the same name; {@code host} sets the authority. */
    public Builder header(String name, String value) {
      if (Headers.equalNames(name, "host")) {
        return authority(value);
      }
      this.headers = headers.with(name, value);
      return this;
    }

    /** Sets the content. */
    public Builder body(Body body) {
      this.body = requireNonNull(body, "body");
      return this;
    }

    /** Sets path and query, and scheme and authority too when {@code target} is a whole URL. */
    public Builder target(String target) {
      String rest = target;
      int schemeEnd = target.startsWith("/") ? -1 : target.indexOf("://");
      if (schemeEnd > 0) {
        int pathStart = target.indexOf('/', schemeEnd + 3);
        int queryStart = target.indexOf('?', schemeEnd + 3);
        int authorityEnd = pathStart < 0 ? target.length() : pathStart;
        if (queryStart >= 0 && queryStart < authorityEnd) {
          authorityEnd = queryStart;
        }
        scheme = target.substring(0, schemeEnd);
        authority = target.substring(schemeEnd + 3, authorityEnd);
        rest = target.substring(authorityEnd);
      }
      int mark = rest.indexOf('?');
      path = mark < 0 ? rest : rest.substring(0, mark);
      query = mark < 0 ? null : rest.substring(mark + 1);
      if (path.isEmpty()) {
        path = "/";
      }
      return this;
    }

    /** Returns the request. */
    public GatewayRequest build() {
      return new GatewayRequest(this);
    }
  }
}
