package dev.postern.core.listener;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.Body;
import dev.postern.core.http.ClientBodyException;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/*
 * One request on its way: begun on the event loop, run on a thread of its own. The client's going
 * away reaches it on the event loop at any moment and calls the exchange's scope off.
 */
final class ServerExchange implements Runnable {
  private static final Logger LOG = System.getLogger(HttpListener.class.getName());

  private final ClientConnection connection;
  private final Handler handler;
  private final HttpServerRequest wire;
  private final Exchange exchange;
  private final RequestHead head;
  private final ResponseWriter writer;
  private @Nullable RequestBody body;
  private @Nullable GatewayRequest request;

  /** Set when the last byte of the response was handed over; what happens then is no failure. */
  private volatile boolean answered;

  private volatile boolean gone;

  ServerExchange(
      ClientConnection connection,
      Handler handler,
      HttpServerRequest wire,
      RequestHead head,
      Scope scope) {
    this.connection = connection;
    this.handler = handler;
    this.wire = wire;
    this.head = head;
    this.exchange = new Exchange(connection.description(), scope);
    this.writer = new ResponseWriter(wire, exchange, connection, head.version());
  }

  /** Prepares the body and watches the client. On the event loop. */
  void begin() {
    if (!head.hasNoBody()) {
      body =
          new RequestBody(
              wire,
              exchange,
              connection.limits().bodyIdleTimeout(),
              head.continueWanted(),
              this::gone);
    }
    HttpServerResponse response = wire.response();
    response.exceptionHandler(cause -> gone());
    response.closeHandler(end -> gone());
    exchange.scope().onCancel(this::wake);
  }

  /** Returns whether only the events that follow the head tell if there is a body. */
  boolean awaitsFirstEvent() {
    return body != null && head.length() < 0 && connection.isHttp2();
  }

  /** Takes a fault of the framing of the body, found on the wire. On the event loop. */
  void bodyBroken() {
    if (body != null) {
      body.fail(400, "invalid request", null);
    }
  }

  private void gone() {
    if (answered) {
      return;
    }
    gone = true;
    if (body != null) {
      body.clientGone();
    }
    exchange.scope().cancel(Reason.CANCELLED.exception("client closed the connection"));
    if (body != null) {
      body.fail(400, RequestBody.CUT_OFF, null);
    }
  }

  /** Ends the exchange without having run. */
  void refused(ConnectionObserver observer) {
    answered = true;
    GatewayRequest request = head.request().build();
    RequestRecord record = exchange.record();
    String version = request.version().toString();
    record.request(request.method(), request.authority(), request.path(), version);
    record.status(Refusal.OVERLOADED.status);
    record.reason(Reason.OVERLOAD, Refusal.OVERLOADED.text);
    observer.refused(exchange);
    exchange.end(Outcome.failed(Reason.OVERLOAD.exception(Refusal.OVERLOADED.text)));
    connection.ended(this);
  }

  private void wake() {
    if (body != null) {
      body.wake();
    }
    writer.wake();
  }

  @Override
  public void run() {
    Outcome outcome;
    try {
      outcome = serve();
    } catch (Throwable failure) {
      // The last line of defence: nothing may keep the exchange from ending.
      LOG.log(Level.ERROR, "an exchange failed", failure);
      outcome = Outcome.failed(failure);
      writer.abort();
    }
    exchange.end(outcome);
    connection.ended(this);
  }

  private Outcome serve() {
    Body content = body == null || body.isEmpty() ? Body.empty() : Body.of(body, head.length());
    GatewayRequest request = head.request().body(content).build();
    this.request = request;
    GatewayResponse response;
    try {
      response = handler.handle(exchange, request);
    } catch (GatewayException e) {
      response = render(e);
    } catch (ClientBodyException e) {
      response = GatewayResponse.text(e.status(), String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "the handler failed", e);
      response = GatewayResponse.text(500, "internal error");
    }
    if (response.upgrade() != null) {
      response.close();
      response = GatewayResponse.text(501, Refusal.NOT_IMPLEMENTED.text);
    }
    return write(response);
  }

  private GatewayResponse render(GatewayException error) {
    GatewayRequest request = this.request;
    if (request == null) {
      return GatewayResponse.text(error.status(), error.message());
    }
    GatewayResponse rendered = exchange.errorRenderer().render(error, exchange, request);
    if (error.headers().isEmpty()) {
      return rendered;
    }
    return rendered.withHeaders(rendered.headers().toBuilder().addAll(error.headers()).build());
  }

  private Outcome write(GatewayResponse response) {
    if (exchange.record().status() == 0) {
      exchange.record().status(response.status());
    }
    if (gone) {
      response.close();
      return Outcome.ABANDONED;
    }
    boolean last = connection.isLast() || !bodyCanBePassedOver();
    try {
      writer.write(response, last, () -> answered = true);
    } catch (IOException | RuntimeException e) {
      response.close();
      Outcome outcome = gone ? Outcome.ABANDONED : Outcome.failed(e);
      writer.abort();
      return outcome;
    }
    if (body != null && !body.isComplete()) {
      writer.passOver(body, last);
    }
    return gone ? Outcome.ABANDONED : Outcome.DONE;
  }

  /** Returns whether what is left of the request's body is worth reading for the connection. */
  private boolean bodyCanBePassedOver() {
    RequestBody body = this.body;
    if (body == null || body.isComplete() || connection.isHttp2()) {
      return true;
    }
    return !body.isUnusable()
        && head.length() >= 0
        && head.length() - body.arrived() <= ResponseWriter.WORTH_PASSING_OVER;
  }
}
