package dev.postern.policy.testing;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.http.GatewayRequest;
import org.jspecify.annotations.Nullable;

/** One request of a test: what the backend is to answer, and what it was asked. */
final class Call {
  static final AttributeKey<Call> KEY = AttributeKey.of("call of a test");

  private final Reply reply;
  private @Nullable GatewayRequest reached;

  Call(Reply reply) {
    this.reply = reply;
  }

  Reply reply() {
    return reply;
  }

  /** Notes what reached the backend; of several attempts, the last. */
  void reached(GatewayRequest request) {
    reached = request;
  }

  @Nullable GatewayRequest reached() {
    return reached;
  }
}
