package dev.postern.policy.external;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Expression;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyTooLargeException;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.HeaderRules;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import dev.postern.core.spi.ExpressionEngine.Moment;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads what an authorization service answers over HTTP: within limits, and whole. A refusal stays
 * one if its content does not arrive.
 */
final class Answers {
  private static final int MOST_BYTES = 64 * 1024;

  /** What goes back to callers that are refused, beside what the configuration names. */
  private static final List<String> OF_REFUSALS =
      List.of("content-type", "content-encoding", "www-authenticate", "location", "set-cookie");

  private final List<String> ofAllowed;
  private final Set<String> ofRefused;
  private final Map<String, Expression> metadata;

  Answers(AuthorizationProtocol.Http http, Compiler compiler) {
    ofAllowed = http.includeResponseHeaders();
    Set<String> back = new LinkedHashSet<>(OF_REFUSALS);
    ofAllowed.forEach(name -> back.add(CallHeaders.lower(name)));
    ofRefused = back;
    metadata = compiler.all("protocol.http.metadata", http.metadata(), Moment.ANSWER);
  }

  /**
   * Reads an answer; what it says of a request that may pass is left for expressions.
   *
   * @throws CheckFailedException if it decides nothing
   */
  Answer read(Check check, GatewayResponse answer) throws IOException {
    int status = answer.status();
    if (Decision.size(answer.headers()) > MOST_BYTES) {
      throw new CheckFailedException("answered with a head of more than 64 KiB");
    }
    if (status < 200 || status == 429 || status >= 500) {
      throw new CheckFailedException("answered with status " + status);
    }
    return status < 300 ? allowed(check, answer) : refused(answer);
  }

  /**
   * An answer that decides.
   *
   * @param decision what it decides
   * @param response the answer, in memory
   */
  record Answer(Decision decision, GatewayResponse response) {}

  private Answer allowed(Check check, GatewayResponse answer) throws IOException {
    GatewayResponse whole;
    try {
      whole = answer.withBody(Body.of(answer.body().readAll(MOST_BYTES)));
    } catch (BodyTooLargeException e) {
      throw new CheckFailedException("answered with more than 64 KiB", e);
    }
    Headers.Builder headers = Headers.builder();
    for (String name : ofAllowed) {
      for (String value : answer.headers().all(name)) {
        if (!HeaderRules.isValue(value)) {
          throw new CheckFailedException("answered with a header that cannot be handed on");
        }
        headers.add(name, value);
      }
    }
    Map<String, Json> values = new LinkedHashMap<>();
    metadata.forEach((name, expression) -> {
      try {
        values.put(name, expression.json(check.exchange(), check.request(), whole));
      } catch (EvaluationException e) {
        // The engine has counted it; later expressions do without.
      }
    });
    ExtAuthz.VARIABLE.setAll(check.exchange(), values);
    return new Answer(new Decision.Allowed(headers.build(), values), whole);
  }

  private Answer refused(GatewayResponse answer) {
    Body body;
    try {
      body = Body.of(answer.body().readAll(MOST_BYTES));
    } catch (IOException | RuntimeException e) {
      // Too much, too slow or broken off: what it says to the caller is lost, the refusal is not.
      body = Body.empty();
    }
    Headers.Builder headers = Headers.builder();
    boolean empty = body.length() == 0;
    answer
        .headers()
        .forEach((name, value) -> {
          boolean ofNothing = empty && CallHeaders.ofContent(name);
          if (ofRefused.contains(CallHeaders.lower(name))
              && HeaderRules.isValue(value)
              && !ofNothing) {
            headers.add(name, value);
          }
        });
    return new Answer(
        new Decision.Refused(answer.status(), headers.build(), body), answer.withBody(body));
  }
}
