package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Handler;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.BackendContext;

/**
 * A backend that is defined elsewhere, by name.
 *
 * @param backend the name it is defined under
 */
public record BackendReference(String backend) implements Backend {
  /** Checks the name. */
  public BackendReference {
    requireNonNull(backend, "backend");
  }

  @Override
  public String kind() {
    return "backend";
  }

  @Override
  public Handler handler(BackendContext context) {
    return context.backend(backend);
  }
}
