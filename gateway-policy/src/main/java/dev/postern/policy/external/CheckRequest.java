package dev.postern.policy.external;

import dev.postern.core.ForwardedHop;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Authority;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.HeaderRules;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.GatewayContext;
import java.io.IOException;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the request by which an authorization service is asked over HTTP. */
final class CheckRequest {
  private static final String PARTIAL = "x-envoy-auth-partial-body";

  private final Buffers buffers;
  private final @Nullable Expression path;
  private final @Nullable Expression body;
  private final ExtAuthz.@Nullable RequestBody included;
  private final List<String> copied;
  private final Map<String, Expression> added;
  private final boolean forwarded;

  CheckRequest(
      ExtAuthz policy, AuthorizationProtocol.Http http, Compiler compiler, GatewayContext context) {
    buffers = context.buffers();
    path = compiler.request("protocol.http.path", http.path(), Result.STRING);
    body = compiler.request("protocol.http.body", http.body(), Result.ANY);
    added =
        compiler.all("protocol.http.addRequestHeaders", http.addRequestHeaders(), Moment.REQUEST);
    included = body == null ? policy.includeRequestBody() : null;
    copied = copied(policy, http);
    forwarded = http.forwardedHeaders();
  }

  /** Returns the headers to copy: not those that an expression gives, be it that it fails. */
  private static List<String> copied(ExtAuthz policy, AuthorizationProtocol.Http http) {
    Set<String> names = new LinkedHashSet<>(policy.includeRequestHeaders());
    if (names.isEmpty()) {
      names.add("authorization");
    }
    for (String given : http.addRequestHeaders().keySet()) {
      names.removeIf(name -> name.equalsIgnoreCase(given));
    }
    names.removeIf(CallHeaders::tellsOriginal);
    names.removeIf(name -> !CallHeaders.pseudo(name) && CallHeaders.ofConnection(name));
    return List.copyOf(names);
  }

  /**
   * Makes the request.
   *
   * @param check what is asked about; its body stays whole
   * @throws CheckFailedException if the request cannot be made
   * @throws IOException if the body cannot be read
   */
  GatewayRequest make(Check check) throws IOException {
    Head head = new Head(check.request());
    if (path != null) {
      head.set(":path", value(path, check));
    }
    copied.forEach(name -> copy(name, check.request(), head));
    if (forwarded) {
      tellOriginal(check, head);
    }
    byte[] content = content(check, head);
    added.forEach((name, expression) -> add(name, expression, check, head));
    return head.build(content);
  }

  private static String value(Expression expression, Check check) throws CheckFailedException {
    try {
      String target = expression.string(check.exchange(), check.request(), null);
      if (isTarget(target)) {
        return target;
      }
    } catch (EvaluationException e) {
      throw new CheckFailedException("path has no value", e);
    }
    throw new CheckFailedException("path is none");
  }

  private static boolean isTarget(String text) {
    return text.startsWith("/") && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#');
  }

  private static void copy(String name, GatewayRequest request, Head head) {
    switch (name) {
      case ":path" -> head.set(name, target(request));
      case ":scheme" -> head.set(name, request.scheme());
      case ":method" -> head.set(name, method(request));
      default -> {
        if (CallHeaders.pseudo(name)) {
          head.set(name, request.authority());
          return;
        }
        List<String> lines = request.headers().all(name);
        if (!lines.isEmpty()) {
          head.set(name, String.join(name.equalsIgnoreCase("cookie") ? "; " : ", ", lines));
        }
      }
    }
  }

  private byte @Nullable [] content(Check check, Head head) throws IOException {
    if (body != null) {
      try {
        return body.bytes(check.exchange(), check.request(), null);
      } catch (EvaluationException e) {
        throw new CheckFailedException("body has no value", e);
      }
    }
    if (included == null) {
      return null;
    }
    Exchange exchange = check.exchange();
    Buffers.Beginning beginning =
        buffers.beginning(exchange, check.request().body(), included.maxRequestBytes());
    check.body(beginning.body());
    if (!beginning.whole() && !included.allowPartialMessage()) {
      throw Reason.EXT_AUTH
          .exception("payload too large")
          .status(413)
          .detail("more than " + included.maxRequestBytes() + " bytes to be asked about");
    }
    head.set(PARTIAL, Boolean.toString(!beginning.whole()));
    return beginning.bytes();
  }

  private static void add(String name, Expression expression, Check check, Head head) {
    try {
      head.set(name, expression.string(check.exchange(), check.request(), null));
    } catch (EvaluationException e) {
      // The engine has counted it; the service is asked without this header.
    }
  }

  /** What proxies tell services that are asked by subrequest. */
  private static void tellOriginal(Check check, Head head) {
    GatewayRequest received = ForwardedHop.received(check.exchange());
    GatewayRequest original = received == null ? check.request() : received;
    String target = target(original);
    InetAddress source = check.exchange().record().source();
    head.set("x-forwarded-method", original.method());
    head.set("x-forwarded-proto", original.scheme());
    if (!original.authority().isEmpty()) {
      head.set("x-forwarded-host", original.authority());
    }
    head.set("x-forwarded-uri", target);
    if (source != null) {
      head.set("x-forwarded-for", source.getHostAddress());
    }
    head.set("x-original-method", original.method());
    head.set("x-original-uri", target);
    head.set("x-original-url", original.scheme() + "://" + original.authority() + target);
  }

  /** Returns the path that decides, with the query; a request without a path has the root. */
  private static String target(GatewayRequest request) {
    String path = request.path().startsWith("/") ? request.path() : "/";
    return request.query() == null ? path : path + "?" + request.query();
  }

  /** Returns the method; nobody can be asked by CONNECT, which asks for a tunnel. */
  private static String method(GatewayRequest request) {
    return request.method().equals("CONNECT") ? "GET" : request.method();
  }

  /** The head of the call under construction; a value that it cannot have changes nothing. */
  private static final class Head {
    private final Headers.Builder headers = Headers.builder();
    private String method;
    private String scheme;
    private String authority = "";
    private String target;

    Head(GatewayRequest request) {
      method = method(request);
      scheme = request.scheme();
      target = target(request);
    }

    void set(String name, String value) {
      switch (name) {
        case ":method" -> method = HeaderRules.isToken(value) ? value : method;
        case ":path" -> target = isTarget(value) ? value : target;
        case ":scheme" -> scheme = value.equals("http") || value.equals("https") ? value : scheme;
        default -> {
          if (CallHeaders.pseudo(name)) {
            authority(value);
          } else if (HeaderRules.isValue(value) && !CallHeaders.ofConnection(name)) {
            headers.set(name, value);
          }
        }
      }
    }

    private void authority(String value) {
      try {
        authority = Authority.canonical(value);
      } catch (IllegalArgumentException e) {
        // Not a host: the service sees its own.
      }
    }

    GatewayRequest build(byte @Nullable [] content) throws CheckFailedException {
      boolean bodiless = method.equals("GET") || method.equals("HEAD");
      if (content != null && content.length > 0 && bodiless) {
        throw new CheckFailedException("content with " + method);
      }
      return GatewayRequest.builder(method, target)
          .scheme(scheme)
          .authority(authority)
          .headers(headers.build())
          .body(content == null ? Body.empty() : Body.of(content))
          .build();
    }
  }
}
