package dev.postern.core.listener;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import io.netty.channel.Channel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Takes parsed requests on the event loop and sends each on its way, or refuses it. */
final class RequestDispatcher {
  private final Handler handler;
  private final Timers timers;
  private final Executor executor;
  private final ConnectionObserver observer;

  RequestDispatcher(
      Handler handler, Timers timers, Executor executor, ConnectionObserver observer) {
    this.handler = handler;
    this.timers = timers;
    this.executor = executor;
    this.observer = observer;
  }

  /** Takes a new connection, once it is known what it speaks. */
  void connected(HttpConnection connection) {
    if (connection.protocolVersion() == HttpVersion.HTTP_2) {
      of(connection).http2(connection);
    }
  }

  /** Takes a request. */
  void request(HttpServerRequest request) {
    ClientConnection connection = of(request.connection());
    if (!connection.isOpen()) {
      // It came behind the last answer of its connection.
      return;
    }
    String method = request.method().name();
    if (method.equals(Http1Guard.REFUSED)) {
      Refusal refusal = Refusal.valueOf(request.uri().substring(1));
      observe(connection, refusal);
      refuse(request, connection, refusal);
      return;
    }
    RequestHead head = RequestHead.of(request, connection.isTls());
    Refusal refusal = head.refusal();
    if (refusal != null) {
      observe(connection, refusal);
      refuse(request, connection, refusal);
      return;
    }
    ServerExchange exchange =
        new ServerExchange(connection, handler, request, head, Scope.root(timers));
    exchange.begin();
    connection.started(exchange);
    if (exchange.awaitsFirstEvent()) {
      ((HttpServerRequestInternal) request)
          .context()
          .runOnContext(later -> start(request, connection, exchange));
    } else {
      start(request, connection, exchange);
    }
  }

  private void start(
      HttpServerRequest request, ClientConnection connection, ServerExchange exchange) {
    try {
      executor.execute(exchange);
    } catch (RejectedExecutionException e) {
      exchange.refused(observer);
      refuse(request, connection, Refusal.OVERLOADED);
    }
  }

  private void observe(ClientConnection connection, Refusal refusal) {
    Exchange exchange = new Exchange(connection.description(), Scope.root(timers));
    exchange.record().status(refusal.status);
    exchange.record().reason(Reason.INVALID_REQUEST, refusal.text);
    observer.refused(exchange);
    exchange.end(Outcome.DONE);
  }

  private static void refuse(
      HttpServerRequest request, ClientConnection connection, Refusal refusal) {
    boolean http2 = connection.isHttp2();
    HttpServerResponse response = request.response().setStatusCode(refusal.status);
    response.headers().set("content-type", "text/plain; charset=utf-8");
    if (refusal == Refusal.OVERLOADED) {
      response.headers().set("retry-after", "1").set("cache-control", "no-store");
    }
    if (!http2) {
      response.headersEndHandler(end -> response.headers().set("connection", "close"));
    }
    byte[] text = refusal.text.getBytes(StandardCharsets.US_ASCII);
    var end = response.end(io.vertx.core.buffer.Buffer.buffer(text));
    if (!http2) {
      connection.closeBehind(end);
    }
  }

  private static ClientConnection of(HttpConnection connection) {
    Channel channel = ((ConnectionBase) connection).channel();
    return channel.attr(ClientConnection.KEY).get();
  }
}
