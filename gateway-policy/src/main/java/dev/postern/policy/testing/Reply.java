package dev.postern.policy.testing;

import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the backend answers in a test.
 *
 * @param status the status; 200 by default
 * @param headers the headers
 * @param body the content, as a text
 * @param json the content, as JSON, instead
 * @param tokens how many tokens a model says it used
 */
record Reply(
    int status,
    Map<String, String> headers,
    @Nullable String body,
    @Nullable Json json,
    long tokens) {
  static final int DEFAULT_STATUS = 200;
  static final long DEFAULT_TOKENS = 0;
  static final Reply OK = new Reply(DEFAULT_STATUS, Map.of(), null, null, DEFAULT_TOKENS);

  Reply {
    headers = headers == null ? Map.of() : Map.copyOf(headers);
    Asking.checkContent(body, json);
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("status: " + status + " (expected: 200..599)");
    }
  }

  GatewayResponse response() {
    return GatewayResponse.of(status, Asking.headers(headers, json), Asking.content(body, json));
  }
}
