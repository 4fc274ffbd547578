package dev.postern.core;

import dev.postern.core.exchange.Admission;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.Route;
import dev.postern.core.spi.Service;
import dev.postern.core.telemetry.OutboundCall;
import java.io.IOException;

/**
 * Asks a service of a policy, on the way that requests to a backend take, in an exchange of its
 * own.
 *
 * @param handler what serves the backend, its policies included
 * @param call what the call counts as
 */
record ServiceCall(Handler handler, OutboundCall call) implements Service {
  @Override
  public <T> T call(Exchange exchange, Scope scope, GatewayRequest request, Reader<T> reader)
      throws IOException {
    Exchange own = exchange.nested(scope.child());
    own.set(OutboundCall.KEY, call);
    own.set(Admission.KEY, null);
    own.set(Route.KEEP_AUTHORITY, request.authority().isEmpty() ? null : true);
    ForwardedHop.forget(own);
    try (GatewayResponse answer = handler.handle(own, request)) {
      T read = reader.read(answer);
      own.end(Outcome.DONE);
      return read;
    } catch (IOException | RuntimeException failure) {
      own.end(Outcome.failed(failure));
      throw failure;
    }
  }
}
