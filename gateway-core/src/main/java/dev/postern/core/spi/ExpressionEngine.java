package dev.postern.core.spi;

import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionText;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Compiles expressions, for all configurations of one gateway.
 *
 * <p>Compiled once when a configuration is loaded; the same text in the same environment gives the
 * same expression again. Safe for concurrent use.
 */
public interface ExpressionEngine {
  /**
   * Compiles an expression.
   *
   * @throws dev.postern.core.exchange.ExpressionException if it is malformed, names what does not
   *     exist in {@code environment}, cannot have the result that is wanted, or is too large
   */
  Expression compile(ExpressionText expression, Environment environment);

  /** Makes the engine of a gateway. Found by {@link java.util.ServiceLoader}. */
  @FunctionalInterface
  interface Provider {
    /** Returns an engine that takes time and randomness from there, and counts failures. */
    ExpressionEngine engine(
        InstantSource clock, RandomGenerator random, OpenTelemetry openTelemetry);
  }

  /** When an expression is evaluated. */
  enum Moment {
    /** When a connection is made; there is no request yet. */
    CONNECTION,
    /** On the way of the request. */
    REQUEST,
    /** When a service that a policy asks has answered: the response is that answer. */
    ANSWER,
    /** On the way of the response. */
    RESPONSE,
    /** When the exchange has ended, for logs and metrics. */
    END
  }

  /** What an expression must give. */
  enum Result {
    /** A condition. */
    BOOLEAN,
    /** A text, or a number or boolean that is written as one. */
    STRING,
    /** A text and nothing else. */
    TEXT,
    /** A number. */
    NUMBER,
    /** Anything. */
    ANY
  }

  /**
   * Where an expression stands, and so what it may name.
   *
   * @param place before the route is chosen, on the route, or in an attempt
   * @param moment when it is evaluated
   * @param result what it must give
   * @param sources what policies and backends on its way offer
   */
  record Environment(Place place, Moment moment, Result result, List<VariableSource> sources) {
    /** Copies the list. */
    public Environment {
      sources = List.copyOf(sources);
    }
  }
}
