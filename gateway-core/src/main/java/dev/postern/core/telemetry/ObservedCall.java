package dev.postern.core.telemetry;

import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Headers;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/** One upstream call that is being measured. Used by one thread. */
public final class ObservedCall {
  private final OutboundCall call;
  private final UpstreamMetrics metrics;
  private final @Nullable RequestTrace trace;
  private final @Nullable Span span;
  private final Context context;
  private final @Nullable RequestRecord record;
  private final Timers timers;
  private final long startNanos;
  private boolean ended;

  ObservedCall(
      OutboundCall call,
      UpstreamMetrics metrics,
      @Nullable RequestTrace trace,
      @Nullable RequestRecord record,
      Timers timers) {
    this.call = call;
    this.metrics = metrics;
    this.trace = trace;
    this.record = call.purpose() == OutboundCall.Purpose.PRIMARY ? record : null;
    this.timers = timers;
    this.startNanos = timers.nanoTime();
    Context parent = trace == null ? Context.root() : trace.context();
    this.span =
        trace == null || trace.span() == null ? null : trace.tracing().startCall(call, parent);
    this.context = span == null ? parent : parent.with(span);
    if (this.record != null) {
      this.record.upstreamStarted(startNanos);
    }
  }

  /** Returns {@code headers} with the trace context of this call, if there is one. */
  public Headers headers(Headers headers) {
    if (trace == null) {
      return headers;
    }
    return span == null ? trace.inject(headers) : trace.inject(context, headers);
  }

  /**
   * Says what is called, for the span.
   *
   * @param endpoint host and port
   * @param attempt the number of the attempt, from 1
   */
  public void target(String endpoint, int attempt) {
    if (span != null) {
      span.setAttribute("endpoint", endpoint);
      if (attempt > 1) {
        span.setAttribute("retry.attempt", attempt - 1);
      }
    }
  }

  /** Ends the call: the head of its response is there. */
  public void head(int status) {
    if (record != null) {
      record.upstreamHead(timers.nanoTime());
    }
    if (span != null) {
      span.setAttribute("http.status", status);
      if (status >= 400) {
        span.setStatus(StatusCode.ERROR);
      }
    }
    end();
  }

  /** Ends the call: there will be no response. */
  public void failed(Throwable failure) {
    if (span != null) {
      span.setStatus(StatusCode.ERROR, LogText.shown(failure.toString()));
    }
    end();
  }

  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    metrics.called(call, timers.nanoTime() - startNanos, context);
    if (span != null && trace != null) {
      trace.end(span);
    }
  }
}
