package dev.postern.policy.cel;

import dev.postern.core.spi.ExpressionEngine;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Makes engines for the Common Expression Language; found by the service loader. */
public final class CelExpressions implements ExpressionEngine.Provider {
  /** For the service loader. */
  public CelExpressions() {}

  @Override
  public ExpressionEngine engine(
      InstantSource clock, RandomGenerator random, OpenTelemetry openTelemetry) {
    return new CelEngine(clock, random, openTelemetry);
  }
}
