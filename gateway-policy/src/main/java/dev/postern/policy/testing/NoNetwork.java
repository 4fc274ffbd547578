package dev.postern.policy.testing;

import dev.postern.core.exchange.Scope;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.upstream.UpstreamCall;
import dev.postern.core.upstream.UpstreamClient;
import dev.postern.core.upstream.UpstreamException;
import java.io.IOException;

/** Every server is down: what a policy asks of others in a test, it asks in vain. */
final class NoNetwork implements UpstreamClient {
  @Override
  public GatewayResponse call(UpstreamCall call, Scope scope) throws IOException {
    throw new UpstreamException(
        UpstreamException.Kind.CONNECT, false, "tests have no network", null);
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
