package dev.postern.core.telemetry;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.http.Headers;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * The trace a request belongs to.
 *
 * @param context holds the request's span, or the caller's when the request has none
 * @param span the request's span, or null
 * @param held keeps the spans of its calls until it is known whether they are wanted; null if they
 *     are
 * @param baggage what the caller sent as baggage, or null: it goes on to the byte, since parsing
 *     and writing it again would alter it
 * @param inHeaders whether the context is the one in the headers of the request, so that they can
 *     go on as they are
 */
record RequestTrace(
    RequestTracing tracing,
    Context context,
    @Nullable Span span,
    @Nullable HeldSpans held,
    @Nullable String baggage,
    boolean inHeaders) {
  static final AttributeKey<RequestTrace> KEY = AttributeKey.of("trace");

  /** Ends the span of a call. */
  void end(Span call) {
    if (held == null) {
      call.end();
    } else {
      held.end(call);
    }
  }

  /** Returns {@code headers} with this context in them. */
  Headers inject(Headers headers) {
    boolean there = inHeaders && headers.contains("traceparent");
    return there ? headers : inject(context, headers);
  }

  /** Returns {@code headers} with a context in them that is below this one. */
  Headers inject(Context context, Headers headers) {
    return tracing.inject(context, headers, baggage);
  }
}
