package dev.postern.policy.external;

import dev.postern.core.http.Body;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import java.util.Map;

/** What an authorization service has decided. */
sealed interface Decision {
  /** Returns about how many bytes it takes to keep. */
  long size();

  /**
   * The request may pass.
   *
   * @param headers go on with it
   * @param metadata is left for later expressions
   */
  record Allowed(Headers headers, Map<String, Json> metadata) implements Decision {
    @Override
    public long size() {
      long size = Decision.size(headers);
      for (Map.Entry<String, Json> value : metadata.entrySet()) {
        size += value.getKey().length() + value.getValue().toString().length();
      }
      return size;
    }
  }

  /**
   * The request is refused.
   *
   * @param status of the answer to the caller
   * @param headers of it
   * @param body of it; empty if the service said nothing, or more than is handed on
   */
  record Refused(int status, Headers headers, Body body) implements Decision {
    @Override
    public long size() {
      return Decision.size(headers) + body.length();
    }
  }

  /** Returns about how many bytes header lines take. */
  static long size(Headers headers) {
    long size = 0;
    for (int i = 0; i < headers.size(); i++) {
      size += headers.name(i).length() + headers.value(i).length() + 4L;
    }
    return size;
  }
}
