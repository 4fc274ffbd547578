package dev.postern.core.listener;

import dev.postern.core.exchange.Handler;
import java.io.IOException;

/** A listener on a free port of the loopback interface, with the runtime it needs. */
final class TestListener implements AutoCloseable {
  private final ListenerRuntime runtime;
  final HttpListener listener;

  private TestListener(ListenerRuntime runtime, HttpListener listener) {
    this.runtime = runtime;
    this.listener = listener;
  }

  static TestListener open(Handler handler) throws IOException {
    return open(HttpLimits.DEFAULT, handler);
  }

  static TestListener open(HttpLimits limits, Handler handler) throws IOException {
    return open(bind().withLimits(limits), ExchangeExecutor.AUTO, handler);
  }

  static TestListener open(BindSettings settings, ExchangeExecutor executor, Handler handler)
      throws IOException {
    ListenerRuntime runtime = ListenerRuntime.create(executor);
    return new TestListener(runtime, HttpListener.open(runtime, settings, handler));
  }

  static BindSettings bind() {
    return BindSettings.of("127.0.0.1", 0);
  }

  int port() {
    return listener.port();
  }

  RawClient client() throws IOException {
    return new RawClient(port());
  }

  @Override
  public void close() {
    listener.close();
    runtime.close();
  }
}
