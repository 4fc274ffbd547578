package dev.postern.policy.external;

import dev.postern.core.http.Body;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import java.util.Map;

/** What an authorization service has decided. */
sealed interface Decision {
  /**
   * The request may pass.
   *
   * @param headers go on with it
   * @param metadata is left for later expressions
   */
  record Allowed(Headers headers, Map<String, Json> metadata) implements Decision {}

  /**
   * The request is refused.
   *
   * @param status of the answer to the caller
   * @param headers of it
   * @param body of it; empty if the service said nothing, or more than is handed on
   */
  record Refused(int status, Headers headers, Body body) implements Decision {}
}
