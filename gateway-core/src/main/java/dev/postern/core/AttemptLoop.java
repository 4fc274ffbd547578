package dev.postern.core;

import dev.postern.core.exchange.Attempt;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Scope.Registration;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyTooLargeException;
import dev.postern.core.http.ClientBodyException;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.AttemptPlan;
import dev.postern.core.spi.AttemptResult;
import dev.postern.core.spi.Buffers;
import java.io.IOException;
import java.time.Duration;

/*
 * Runs attempts until one stands. The plan says what to try and when to stop; the loop owns what is
 * the same for hosts, providers and replicas: every attempt starts from the request the first was
 * given, in a scope of its own, within its own and the request's deadline; a body that cannot be sent
 * twice, or a client that is gone, ends it. A response that is handed out was committed by its
 * handler: whoever wants to hold a stream back until its first content does so before returning it.
 */
final class AttemptLoop {
  private static final String RETRY_HEADER = "x-retry-attempt";

  private final Buffers buffers;

  AttemptLoop(Buffers buffers) {
    this.buffers = buffers;
  }

  GatewayResponse run(Exchange exchange, GatewayRequest request, AttemptPlan plan)
      throws IOException {
    GatewayRequest original = prepare(exchange, request, plan);
    AttemptPlan.Target target = plan.next(exchange, 1);
    if (target == null) {
      throw Reason.NO_HEALTHY_BACKEND.exception("no healthy endpoints");
    }
    for (int number = 1; ; number++) {
      AttemptResult result = attempt(exchange, original, plan, target, number);
      if (exchange.scope().cancelled()) {
        release(result);
        exchange.scope().check();
      }
      if (result.failure() instanceof ClientBodyException) {
        return conclude(plan, result);
      }
      target.settled(exchange, original, result);
      Duration pause =
          repeatable(original.body()) ? plan.again(exchange, original, result, number) : null;
      if (pause == null || !fits(exchange, pause)) {
        return conclude(plan, result);
      }
      AttemptPlan.Target next = plan.next(exchange, number + 1);
      if (next == null) {
        return conclude(plan, result);
      }
      release(result);
      if (!pause.isZero()) {
        exchange.scope().sleep(pause);
      }
      target = next;
    }
  }

  private GatewayRequest prepare(Exchange exchange, GatewayRequest request, AttemptPlan plan)
      throws IOException {
    GatewayRequest clean = request;
    if (request.headers().contains(RETRY_HEADER)) {
      clean = request.withHeaders(request.headers().without(RETRY_HEADER));
    }
    Body body = request.body();
    if (body.replayable()) {
      return clean;
    }
    long limit = plan.replayLimit();
    Body kept = limit > 0 ? buffers.keep(exchange, body, limit) : body;
    if (limit > 0 && plan.refusesLargeBodies() && !kept.replayable()) {
      kept.discard();
      throw new BodyTooLargeException(limit);
    }
    return clean.withBody(kept.replayable() ? kept : SingleUse.of(exchange, kept));
  }

  private AttemptResult attempt(
      Exchange exchange,
      GatewayRequest original,
      AttemptPlan plan,
      AttemptPlan.Target target,
      int number)
      throws IOException {
    Scope scope = exchange.scope().child();
    Attempt attempt = new Attempt(number, target.name(), scope);
    exchange.attempt(attempt);
    exchange.record().attempts(number);
    GatewayRequest request =
        number == 1
            ? original
            : original.withHeaders(
                original.headers().with(RETRY_HEADER, Integer.toString(number - 1)));
    try {
      GatewayResponse response = inTime(exchange, request, plan, target, scope);
      GatewayException late = scope.cause();
      if (late != null) {
        response.close();
        return new AttemptResult(attempt, null, late);
      }
      return new AttemptResult(attempt, response, null);
    } catch (IOException | RuntimeException failure) {
      GatewayException cause = scope.cause();
      scope.close();
      return new AttemptResult(attempt, null, cause == null ? failure : cause);
    }
  }

  /** The deadline is disarmed before its outcome is asked for: nothing cuts what was accepted. */
  private static GatewayResponse inTime(
      Exchange exchange,
      GatewayRequest request,
      AttemptPlan plan,
      AttemptPlan.Target target,
      Scope scope)
      throws IOException {
    Duration timeout = plan.attemptTimeout();
    if (timeout.isZero()) {
      return target.handler().handle(exchange, request);
    }
    try (Registration deadline =
        scope.deadline(timeout, () -> Reason.TIMEOUT.exception("upstream call timeout"))) {
      return target.handler().handle(exchange, request);
    }
  }

  private static boolean repeatable(Body body) {
    return body.replayable() || SingleUse.untouched(body);
  }

  private static boolean fits(Exchange exchange, Duration pause) {
    long deadline = exchange.deadlineNanos();
    return deadline == 0 || exchange.scope().timers().nanoTime() + pause.toNanos() - deadline < 0;
  }

  @SuppressWarnings("ReferenceEquality") // asks whether it is the same result, not an equal one
  private static GatewayResponse conclude(AttemptPlan plan, AttemptResult last) throws IOException {
    AttemptResult chosen = plan.conclude(last);
    if (chosen != last) {
      release(last);
    }
    GatewayResponse response = chosen.response();
    if (response != null) {
      return response;
    }
    if (chosen.failure() instanceof IOException failure) {
      throw failure;
    }
    if (chosen.failure() instanceof RuntimeException failure) {
      throw failure;
    }
    throw new IllegalStateException("attempt without result");
  }

  private static void release(AttemptResult result) {
    GatewayResponse response = result.response();
    if (response != null) {
      response.close();
    }
    result.attempt().scope().close();
  }
}
