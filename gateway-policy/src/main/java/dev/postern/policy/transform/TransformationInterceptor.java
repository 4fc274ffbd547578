package dev.postern.policy.transform;

import dev.postern.core.exchange.Chain;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.GatewayContext;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Rewrites a request on its way in and its response on its way out. */
final class TransformationInterceptor implements Interceptor {
  private final @Nullable Side onRequests;
  private final @Nullable Side onResponses;
  private final boolean needsRequestBody;
  private final Buffers buffers;

  private TransformationInterceptor(
      @Nullable Side onRequests, @Nullable Side onResponses, Buffers buffers) {
    this.onRequests = onRequests;
    this.onResponses = onResponses;
    this.needsRequestBody =
        (onRequests != null && onRequests.needsRequestBody())
            || (onResponses != null && onResponses.needsRequestBody());
    this.buffers = buffers;
  }

  static TransformationInterceptor of(Transformations rules, GatewayContext context) {
    return new TransformationInterceptor(
        Side.of(rules.request(), Moment.REQUEST, context),
        Side.of(rules.response(), Moment.RESPONSE, context),
        context.buffers());
  }

  @Override
  public GatewayResponse intercept(Exchange exchange, GatewayRequest incoming, Chain next)
      throws IOException {
    GatewayRequest before =
        needsRequestBody ? buffers.forExpressions(exchange, incoming) : incoming;
    GatewayRequest after = before;
    if (onRequests != null) {
      try {
        after = request(onRequests, exchange, before);
      } catch (GatewayException e) {
        before.body().discard();
        throw e;
      }
    }
    GatewayResponse response = next.proceed(exchange, after);
    if (onResponses == null || response.upgrade() != null) {
      return response;
    }
    try {
      return response(onResponses, exchange, after, response);
    } catch (GatewayException e) {
      response.close();
      throw e;
    }
  }

  private static GatewayRequest request(Side side, Exchange exchange, GatewayRequest before) {
    Side.Sight sight = new Side.Sight(exchange, before, null);
    side.leaveMetadata(sight);
    GatewayRequest.Builder after = before.toBuilder();
    Headers headers = side.headers(sight, before.headers(), new Pseudo.OfRequest(exchange, after));
    byte[] content = side.body(sight);
    if (content != null) {
      before.body().discard();
      after.body(Body.of(content));
      headers = framed(headers, content.length);
    }
    return after.headers(headers).build();
  }

  private GatewayResponse response(
      Side side, Exchange exchange, GatewayRequest request, GatewayResponse response)
      throws IOException {
    boolean stream = isEventStream(response);
    boolean readable = side.needsResponseBody() && !stream;
    GatewayResponse before = readable ? buffers.forExpressions(exchange, response) : response;
    Side.Sight sight = new Side.Sight(exchange, request, before);
    side.leaveMetadata(sight);
    Pseudo.OfResponse pseudo = new Pseudo.OfResponse(before.status());
    Headers headers = side.headers(sight, before.headers(), pseudo);
    byte[] content = null;
    if (side.rewritesBody() && hasContent(request, before)) {
      // An event stream has no content as a whole; what it is rewritten to would never come.
      content = stream ? side.bodyWithoutValue() : side.body(sight);
    }
    GatewayResponse after = before.withStatus(pseudo.status());
    if (content == null) {
      return after.withHeaders(headers);
    }
    before.body().discard();
    return after.withBody(Body.of(content)).withHeaders(framed(headers, content.length));
  }

  /** New content comes as it is, however the old one was encoded. */
  private static Headers framed(Headers headers, int length) {
    return headers.toBuilder()
        .remove("content-encoding")
        .remove("transfer-encoding")
        .set("content-length", Integer.toString(length))
        .build();
  }

  private static boolean hasContent(GatewayRequest request, GatewayResponse response) {
    int status = response.status();
    return !request.method().equals("HEAD") && status != 204 && status != 304 && status >= 200;
  }

  private static boolean isEventStream(GatewayResponse response) {
    String type = response.header("content-type");
    return type != null && type.strip().regionMatches(true, 0, "text/event-stream", 0, 17);
  }
}
