package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.Upgrade;
import java.io.IOException;

/** A connection that left HTTP; its exchange ends when it is closed. */
record TrackedUpgrade(Exchange exchange, Upgrade upgrade) implements Upgrade {
  @Override
  public BodyStream fromPeer() {
    return upgrade.fromPeer();
  }

  @Override
  public void run(BodyStream fromClient) throws IOException {
    try {
      upgrade.run(fromClient);
    } catch (IOException | RuntimeException failure) {
      exchange.end(Outcome.failed(failure));
      throw failure;
    }
  }

  @Override
  public void close() {
    upgrade.close();
    exchange.end(Outcome.DONE);
  }
}
