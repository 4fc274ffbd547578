package dev.postern.core.telemetry;

import dev.postern.core.exchange.RequestRecord;

/**
 * Is told of every request when it has ended.
 *
 * <p>Called by a thread of its own, one request after the other, so it delays no traffic; when it
 * cannot keep up, the newest requests are left out and counted.
 */
@FunctionalInterface
public interface RequestListener {
  /** Takes the facts of one request, which do not change any more. */
  void onRequest(RequestRecord record);
}
