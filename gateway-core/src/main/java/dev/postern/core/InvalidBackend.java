package dev.postern.core;

import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.BackendContext;

/** Stands for a backend that could not be resolved: always answers 500. */
public record InvalidBackend() implements Backend {
  @Override
  public String kind() {
    return "invalid";
  }

  @Override
  public Handler handler(BackendContext context) {
    return (exchange, request) -> {
      throw Reason.INTERNAL.exception("backend does not exist");
    };
  }
}
