package dev.postern.core.spi;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;

/**
 * A server that a policy asks on behalf of requests: an authorization service, a guard.
 *
 * <p>A call is not the request itself: it has attempts and a record of its own, and counts as a
 * call of a policy. Safe for concurrent use.
 */
public interface Service {
  /**
   * Sends a request and has the answer read.
   *
   * @param exchange on whose behalf
   * @param scope owns the call
   * @param request with an authority only if the service must see another than its own
   * @param reader reads what it needs of the answer, which is closed afterwards
   * @return what the reader made of the answer
   * @throws dev.postern.core.exchange.GatewayException why the scope was called off, or what a
   *     policy of the service refused
   * @throws IOException if there is no answer, or the reader fails
   */
  <T> T call(Exchange exchange, Scope scope, GatewayRequest request, Reader<T> reader)
      throws IOException;

  /** Reads an answer. */
  @FunctionalInterface
  interface Reader<T> {
    /** Returns what matters of {@code answer}. */
    T read(GatewayResponse answer) throws IOException;
  }
}
