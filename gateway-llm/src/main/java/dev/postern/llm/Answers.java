package dev.postern.llm;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyTooLargeException;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.HeaderChanges;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.Buffers;
import dev.postern.core.upstream.RetryAfter;
import dev.postern.llm.usage.AnswerWatch;
import dev.postern.llm.usage.StreamWatch;
import dev.postern.llm.wire.LlmErrors;
import dev.postern.llm.wire.RetryInfo;
import dev.postern.llm.wire.RouteType;
import dev.postern.llm.wire.openai.StreamedAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Hands answers of one provider on to clients that speak the same format. */
final class Answers {
  private static final Duration CUT_AFTER = Duration.ofSeconds(30);
  private static final int MAX_ERROR = 64 * 1024;
  private static final String RETRY_AFTER = "retry-after";

  private final String name;
  private final RequestEdits edits;
  private final HeaderChanges headerChanges;
  private final boolean alwaysUsage;
  private final Buffers buffers;

  /**
   * Answers to requests with these edits.
   *
   * @param name the provider's name, which clients are told
   * @param alwaysUsage whether clients that did not ask for the usage of a stream get it too
   */
  Answers(
      String name,
      RequestEdits edits,
      HeaderChanges headerChanges,
      boolean alwaysUsage,
      Buffers buffers) {
    this.name = name;
    this.edits = edits;
    this.headerChanges = headerChanges;
    this.alwaysUsage = alwaysUsage;
    this.buffers = buffers;
  }

  /**
   * Returns what the client gets.
   *
   * @param model the model the provider was asked for, or null
   * @throws dev.postern.core.exchange.GatewayException if the answer is none; somebody else may be
   *     asked
   */
  GatewayResponse relay(
      Exchange exchange, LlmCall call, @Nullable String model, GatewayResponse response)
      throws IOException {
    int status = response.status();
    boolean readAlong = call.type() != RouteType.PASSTHROUGH && !isEncoded(response);
    boolean stream = LlmHeaders.isEventStream(response.header("content-type"));
    if (call.type().isEdited()) {
      check(call, response, stream);
    }
    boolean whole = call.wantsStream() && !stream && status < 300;
    Headers.Builder headers = LlmHeaders.forClient(response.headers(), stream || whole);
    headers.set(LlmHeaders.REQUEST_ID, exchange.requestId()).set(LlmHeaders.PROVIDER, name);
    if (model != null) {
      headers.set(LlmHeaders.MODEL, model);
    }
    headerChanges.applyTo(headers);
    if (status == 429 || status == 503) {
      return overloaded(exchange, response, headers.build());
    }
    if (status >= 300 || !readAlong) {
      return response.withHeaders(headers.build());
    }
    if (stream) {
      StreamWatch watch = new StreamWatch(format(call.type()), call.record(), dropsUsage(call));
      StreamRelay relay =
          new StreamRelay(exchange, response.body().open(), watch, limits(exchange, call));
      relay.hold();
      headers.set("cache-control", "no-cache").set("x-accel-buffering", "no");
      return GatewayResponse.of(status, headers.build(), Body.of(relay));
    }
    if (whole) {
      return streamed(exchange, call, response, headers);
    }
    return GatewayResponse.of(status, headers.build(), watched(response.body(), call));
  }

  /** What an error body says about when to come back is said in a header, for all to see. */
  private GatewayResponse overloaded(Exchange exchange, GatewayResponse response, Headers headers)
      throws IOException {
    boolean told = RetryAfter.of(headers, Instant.EPOCH) != null || headers.contains(RETRY_AFTER);
    if (told || isEncoded(response) || !LlmHeaders.isJson(response.header("content-type"))) {
      return response.withHeaders(headers);
    }
    Body body = buffers.keep(exchange, response.body(), MAX_ERROR);
    Duration delay = body.replayable() ? RetryInfo.delay(body.readAll(MAX_ERROR)) : null;
    if (delay != null) {
      String seconds = Long.toString(Math.ceilDiv(delay.toMillis(), 1000));
      return GatewayResponse.of(response.status(), headers.with(RETRY_AFTER, seconds), body);
    }
    return GatewayResponse.of(response.status(), headers, body);
  }

  /** The gateway asked for the usage of the stream, and the client did not. */
  private boolean dropsUsage(LlmCall call) {
    return call.request() != null && !alwaysUsage && edits.asksForUsage(call.request());
  }

  /** Some servers know no streams; their answer becomes one. */
  private GatewayResponse streamed(
      Exchange exchange, LlmCall call, GatewayResponse response, Headers.Builder headers)
      throws IOException {
    byte[] answer;
    try {
      answer = buffers.readAll(exchange, response.body(), buffers.limit());
    } catch (BodyTooLargeException e) {
      throw LlmErrors.upstreamResponseTooLarge(buffers.limit());
    }
    AnswerWatch watch = new AnswerWatch(call.record());
    watch.pass(ByteBuffer.wrap(answer));
    watch.end();
    boolean usage = alwaysUsage || (call.request() != null && call.request().asksForUsage());
    byte[] events = StreamedAnswer.events(call.type(), answer, usage);
    call.record().content(exchange.scope().timers().nanoTime());
    headers.set("content-type", "text/event-stream; charset=utf-8");
    headers.set("cache-control", "no-cache").set("x-accel-buffering", "no");
    return GatewayResponse.of(response.status(), headers.build(), Body.of(events));
  }

  /**
   * The relay tells the client when a provider falls silent; the gateway's own limit, which cuts
   * the stream, comes after it.
   */
  private static StreamRelay.Limits limits(Exchange exchange, LlmCall call) {
    long configured = call.streamIdleNanos();
    Duration idle =
        configured < 0 ? StreamRelay.Limits.DEFAULT.idle() : Duration.ofNanos(configured);
    if (!idle.isZero()) {
      exchange.streamIdleNanos(idle.plus(CUT_AFTER).toNanos());
    }
    return StreamRelay.Limits.DEFAULT.withIdle(idle);
  }

  private static Body watched(Body body, LlmCall call) {
    AnswerWatch watch = new AnswerWatch(call.record());
    return switch (body) {
      case Body.Empty empty -> empty;
      case Body.Bytes bytes -> {
        watch.pass(ByteBuffer.wrap(bytes.array()));
        watch.end();
        yield bytes;
      }
      case Body.Streamed streamed ->
          Body.of(new AnswerRelay(streamed.open(), watch), streamed.length());
    };
  }

  private static void check(LlmCall call, GatewayResponse response, boolean stream) {
    int status = response.status();
    String problem = null;
    if (status >= 300 && status < 400) {
      problem = "The provider answered with a redirect";
    } else if (status < 300) {
      problem = problemOfSuccess(call, response, stream);
    }
    if (problem != null) {
      response.close();
      throw LlmErrors.invalidUpstreamResponse(problem);
    }
  }

  private static @Nullable String problemOfSuccess(
      LlmCall call, GatewayResponse response, boolean stream) {
    if (stream) {
      return null;
    }
    if (response.status() == 204 || response.body().length() == 0) {
      return "The provider's answer is empty";
    }
    String type = response.header("content-type");
    if (type != null && !LlmHeaders.isJson(type)) {
      return "The provider's answer is not JSON";
    }
    return call.wantsStream() && isEncoded(response)
        ? "The provider answered a request for a stream with none"
        : null;
  }

  private static StreamWatch.Format format(RouteType type) {
    return switch (type) {
      case COMPLETIONS -> StreamWatch.Format.COMPLETIONS;
      case RESPONSES -> StreamWatch.Format.RESPONSES;
      default -> StreamWatch.Format.ANY;
    };
  }

  private static boolean isEncoded(GatewayResponse response) {
    String encoding = response.header("content-encoding");
    return encoding != null && !encoding.isBlank() && !encoding.equalsIgnoreCase("identity");
  }
}
