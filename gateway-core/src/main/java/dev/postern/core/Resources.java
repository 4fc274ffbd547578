package dev.postern.core;

import dev.postern.core.exchange.Timers;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.telemetry.Telemetry;
import dev.postern.core.upstream.Transport;
import dev.postern.core.upstream.UpstreamClient;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the gateway is given from outside and shares among all its snapshots. */
record Resources(
    InstantSource clock,
    Timers timers,
    RandomGenerator random,
    UpstreamClient upstream,
    Transport transport,
    OpenTelemetry openTelemetry,
    Telemetry telemetry,
    Buffers buffers,
    @Nullable ExpressionEngine expressions,
    List<VariableSource> variables,
    States states) {
  /** Returns these resources, with another limit for one body that is held. */
  Resources bufferLimit(long limit) {
    return new Resources(
        clock,
        timers,
        random,
        upstream,
        transport,
        openTelemetry,
        telemetry,
        buffers.withLimit(limit),
        expressions,
        variables,
        states);
  }
}
