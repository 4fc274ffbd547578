package dev.postern.policy.testing;

import dev.postern.core.HandlerBackend;
import dev.postern.core.exchange.Admission;
import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.VariableSource;
import java.util.List;

/**
 * What answers in a backend's place: it has the backend's policies, error format and variables, and
 * gives the answer that the test has for it.
 *
 * @param real the backend as it is configured
 */
record StandIn(Backend real) implements Backend {
  @Override
  public String kind() {
    return real.kind();
  }

  @Override
  public ErrorRenderer errorRenderer() {
    return real.errorRenderer();
  }

  @Override
  public List<VariableSource> variables() {
    return real.variables();
  }

  @Override
  public boolean asksAdmission() {
    return real.asksAdmission();
  }

  @Override
  public Handler handler(BackendContext context) {
    return new HandlerBackend(context.name(), this::answer, errorRenderer()).handler(context);
  }

  private GatewayResponse answer(Exchange exchange, GatewayRequest request) {
    Call call = exchange.get(Call.KEY);
    if (call == null) {
      throw new IllegalStateException("not a request of a test");
    }
    call.reached(request);
    if (asksAdmission()) {
      Admission.ask(exchange, new Demand(request.body().length()));
      exchange.record().protocolFields(new Tokens(call.reply().tokens()));
    }
    return call.reply().response();
  }

  /** About what a request to a model with a body of that length uses. */
  private record Demand(long length) implements Admission.Demand {
    @Override
    public long inputTokens() {
      return Math.max(length, 0) / 4;
    }

    @Override
    public long outputTokens() {
      return 0;
    }
  }

  /** What the model counted. */
  private record Tokens(long tokens) implements RequestRecord.ProtocolFields {
    @Override
    public void writeTo(RequestRecord.FieldSink sink) {
      sink.field("tokens", tokens);
    }
  }
}
