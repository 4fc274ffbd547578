package dev.postern.core.spi;

import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.exchange.Handler;
import java.util.List;

/**
 * Describes what a route ends in.
 *
 * <p>An immutable record with value equality. It brings the handler that serves requests and the
 * renderer that writes errors in the protocol of its clients.
 */
public interface Backend {
  /** Returns the YAML key, as in {@code host} or {@code ai}. */
  String kind();

  /** Returns how errors on routes to this backend are written; plain text by default. */
  default ErrorRenderer errorRenderer() {
    return ErrorRenderer.PLAIN;
  }

  /** Returns what the backend offers to expressions on routes to it; nothing by default. */
  default List<VariableSource> variables() {
    return List.of();
  }

  /**
   * Returns whether the handler asks the {@link dev.postern.core.exchange.Admission} of each
   * exchange that it does not refuse by itself. Limits of the route are applied then instead of
   * before.
   */
  default boolean asksAdmission() {
    return false;
  }

  /**
   * Returns the most bytes of one body that may be held on routes to the backend, by itself and by
   * policies, unless the configuration says otherwise.
   */
  default long bufferLimit() {
    return Buffers.DEFAULT_LIMIT;
  }

  /**
   * Makes the behaviour. Called once for each place the backend is used, when a configuration is
   * loaded; whatever can be checked or compiled is checked and compiled here.
   *
   * @throws IllegalArgumentException if the backend cannot work as described
   */
  Handler handler(BackendContext context);
}
