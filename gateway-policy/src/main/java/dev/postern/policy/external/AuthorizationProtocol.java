package dev.postern.policy.external;

import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.http.HeaderRules;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How the authorization service is asked. */
public sealed interface AuthorizationProtocol {
  /**
   * By an HTTP request with the method of the one in question: 2xx lets it pass.
   *
   * @param path gives path and query; those of the request in question by default
   * @param redirect gives where callers are sent that the service answers with 401 or 403, instead
   *     of that answer
   * @param body gives the content; by default what {@code includeRequestBody} says
   * @param includeResponseHeaders headers of the answer that go on with a request that passes, and
   *     to the caller with a refusal
   * @param addRequestHeaders expressions for headers of the call, and for {@code :method}, {@code
   *     :path}, {@code :authority} and {@code :scheme}; one that fails leaves its header out
   * @param metadata expressions over the answer, whose values later expressions find under {@code
   *     extauthz}; one that fails is left out
   * @param forwardedHeaders whether the call says in {@code x-forwarded-*} and {@code x-original-*}
   *     headers what is in question; false by default
   */
  record Http(
      @Nullable ExpressionText path,
      @Nullable ExpressionText redirect,
      @Nullable ExpressionText body,
      List<String> includeResponseHeaders,
      Map<String, ExpressionText> addRequestHeaders,
      Map<String, ExpressionText> metadata,
      boolean forwardedHeaders)
      implements AuthorizationProtocol {
    /** What holds when nothing is said. */
    public static final Http DEFAULT =
        new Http(null, null, null, List.of(), Map.of(), Map.of(), false);

    /** Checks the names of headers. */
    public Http {
      includeResponseHeaders = List.copyOf(includeResponseHeaders);
      addRequestHeaders = Collections.unmodifiableMap(new LinkedHashMap<>(addRequestHeaders));
      metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
      for (int i = 0; i < includeResponseHeaders.size(); i++) {
        String name = includeResponseHeaders.get(i);
        if (!HeaderRules.isToken(name) || CallHeaders.ofConnection(name)) {
          throw new IllegalArgumentException(
              "includeResponseHeaders["
                  + i
                  + "]: "
                  + name
                  + " (expected: the name of a header that can be handed on)");
        }
      }
      for (String name : addRequestHeaders.keySet()) {
        CallHeaders.check("addRequestHeaders." + name, name);
      }
    }

    /** Returns this protocol with an expression for path and query. */
    public Http path(String expression) {
      return with(ExpressionText.parse(expression), redirect, body);
    }

    /** Returns this protocol with an expression for where refused callers are sent. */
    public Http redirect(String expression) {
      return with(path, ExpressionText.parse(expression), body);
    }

    /** Returns this protocol with an expression for the content. */
    public Http body(String expression) {
      return with(path, redirect, ExpressionText.parse(expression));
    }

    private Http with(
        @Nullable ExpressionText path,
        @Nullable ExpressionText redirect,
        @Nullable ExpressionText body) {
      return new Http(
          path,
          redirect,
          body,
          includeResponseHeaders,
          addRequestHeaders,
          metadata,
          forwardedHeaders);
    }

    /** Returns this protocol with other headers of the answer that go on. */
    public Http includeResponseHeaders(String... names) {
      return new Http(
          path, redirect, body, List.of(names), addRequestHeaders, metadata, forwardedHeaders);
    }

    /** Returns this protocol with one more header of the call. */
    public Http addRequestHeader(String name, String expression) {
      return new Http(
          path,
          redirect,
          body,
          includeResponseHeaders,
          plus(addRequestHeaders, name, expression),
          metadata,
          forwardedHeaders);
    }

    /** Returns this protocol with one more value that later expressions find. */
    public Http metadata(String name, String expression) {
      return new Http(
          path,
          redirect,
          body,
          includeResponseHeaders,
          addRequestHeaders,
          plus(metadata, name, expression),
          forwardedHeaders);
    }

    /** Returns this protocol, saying in headers what is in question or not. */
    public Http forwardedHeaders(boolean forwardedHeaders) {
      return new Http(
          path,
          redirect,
          body,
          includeResponseHeaders,
          addRequestHeaders,
          metadata,
          forwardedHeaders);
    }

    private static Map<String, ExpressionText> plus(
        Map<String, ExpressionText> some, String name, String expression) {
      Map<String, ExpressionText> more = new LinkedHashMap<>(some);
      more.put(name, ExpressionText.parse(expression));
      return more;
    }

    /** Names what is set; headers and content are not shown, since they may hold credentials. */
    @Override
    public String toString() {
      return "Http[path="
          + Objects.requireNonNullElse(path, "original")
          + ", includeResponseHeaders="
          + includeResponseHeaders
          + ", addRequestHeaders="
          + addRequestHeaders.keySet()
          + ", metadata="
          + metadata.keySet()
          + ", forwardedHeaders="
          + forwardedHeaders
          + "]";
    }
  }
}
