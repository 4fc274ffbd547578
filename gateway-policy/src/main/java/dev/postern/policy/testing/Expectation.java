package dev.postern.policy.testing;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What must come of the request of a test. What is not set may be anything.
 *
 * @param status the status
 * @param rule the authorization rule that decided: its name, or as {@code deny #2} without one
 * @param reason why the answer is not the backend's own, as logs say it: {@code Authorization}
 * @param route the name of the route
 * @param headers headers of the answer
 * @param absent headers that the answer must not have
 * @param body the content of the answer
 * @param backend what reached the backend
 */
record Expectation(
    @Nullable Integer status,
    @Nullable String rule,
    @Nullable String reason,
    @Nullable String route,
    Map<String, String> headers,
    List<String> absent,
    @Nullable String body,
    @Nullable Forwarded backend) {
  Expectation {
    headers = headers == null ? Map.of() : Map.copyOf(headers);
    absent = absent == null ? List.of() : List.copyOf(absent);
    boolean nothing =
        status == null
            && rule == null
            && reason == null
            && route == null
            && headers.isEmpty()
            && absent.isEmpty()
            && body == null
            && backend == null;
    if (nothing) {
      throw new IllegalArgumentException(
          "nothing set (expected: at least one of status, rule, reason, route, headers, absent,"
              + " body, backend)");
    }
  }

  /**
   * What must have reached the backend.
   *
   * @param method the method
   * @param path path and query
   * @param headers headers it must have
   * @param absent headers it must not have
   * @param body the content
   */
  record Forwarded(
      @Nullable String method,
      @Nullable String path,
      Map<String, String> headers,
      List<String> absent,
      @Nullable String body) {
    Forwarded {
      headers = headers == null ? Map.of() : Map.copyOf(headers);
      absent = absent == null ? List.of() : List.copyOf(absent);
    }
  }
}
