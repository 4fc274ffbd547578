package dev.postern.llm.wire;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** How errors are written in the formats of clients. */
public enum ErrorShape {
  /** {@code {"error":{"message","type","param","code"}}}. */
  OPENAI,
  /** {@code {"type":"error","error":{"type","message"},"request_id"}}. */
  ANTHROPIC,
  /** {@code {"error":{"code","message","status"}}}. */
  GEMINI,
  /** {@code {"message"}}, its kind in a header. */
  BEDROCK,
  /** {@code {"message","error"}} with OpenAI's object in it. */
  RERANK;

  /**
   * Returns the body for an error.
   *
   * @param hasCredentials whether the request carried credentials, which tells missing ones from
   *     wrong ones
   * @param requestId the id of the request, or null
   */
  public byte[] body(GatewayException error, boolean hasCredentials, @Nullable String requestId) {
    String message = error.message();
    JsonObject body =
        switch (this) {
          case OPENAI -> Json.object("error", openAi(error, hasCredentials));
          case ANTHROPIC -> anthropic(error, requestId);
          case GEMINI ->
              Json.object(
                  "error",
                  Json.object("code", Json.of(error.status()))
                      .with("message", Json.of(message))
                      .with("status", Json.of(geminiStatus(error))));
          case BEDROCK -> Json.object("message", Json.of(message));
          case RERANK ->
              Json.object("message", Json.of(message)).with("error", openAi(error, hasCredentials));
        };
    return body.toBytes();
  }

  /** Returns OpenAI's code for an error: its own, or that of its reason. */
  public static String code(GatewayException error, boolean hasCredentials) {
    String own = error.code();
    return own != null ? own : codeOfReason(error, hasCredentials);
  }

  private static JsonObject openAi(GatewayException error, boolean hasCredentials) {
    String code = code(error, hasCredentials);
    String param = error.param();
    return Json.object("message", Json.of(error.message()))
        .with("type", Json.of(openAiType(error)))
        .with("param", param == null ? Json.nothing() : Json.of(param))
        .with("code", Json.of(code));
  }

  private static String openAiType(GatewayException error) {
    return switch (error.reason()) {
      case BUDGET -> "insufficient_quota";
      case GUARDRAIL -> error.status() < 500 ? "guardrail_blocked" : "server_error";
      default -> {
        if (error.status() == 429) {
          yield "rate_limit_error";
        }
        yield error.status() >= 500 && error.status() != 501
            ? "server_error"
            : "invalid_request_error";
      }
    };
  }

  private static String codeOfReason(GatewayException error, boolean hasCredentials) {
    return switch (error.reason()) {
      case JWT_AUTH, BASIC_AUTH, API_KEY_AUTH, OIDC ->
          hasCredentials ? "invalid_api_key" : "missing_api_key";
      case AUTHORIZATION, EXT_AUTH, CSRF -> error.status() >= 500 ? "internal_error" : "forbidden";
      case RATE_LIMIT -> error.status() == 429 ? "rate_limit_exceeded" : "rate_limit_unavailable";
      case BUDGET -> "budget_exceeded";
      case GUARDRAIL -> error.status() < 500 ? "guardrail_intervention" : "guardrail_unavailable";
      case NOT_FOUND -> "unknown_url";
      case NO_HEALTHY_BACKEND -> "no_healthy_upstream";
      case TIMEOUT -> "upstream_timeout";
      case UPSTREAM_FAILURE ->
          error.status() == 502 ? "invalid_upstream_response" : "upstream_unavailable";
      case OVERLOAD -> "overloaded";
      case CANCELLED -> "request_cancelled";
      case INVALID_REQUEST -> codeOfStatus(error.status());
      case UPSTREAM, DIRECT_RESPONSE, INTERNAL, EXT_PROC, MCP -> "internal_error";
    };
  }

  private static String codeOfStatus(int status) {
    return switch (status) {
      case 405 -> "method_not_allowed";
      case 408 -> "request_timeout";
      case 413 -> "request_body_too_large";
      case 415 -> "unsupported_media_type";
      default -> "invalid_request";
    };
  }

  private static JsonObject anthropic(GatewayException error, @Nullable String requestId) {
    JsonObject body =
        Json.object("type", Json.of("error"))
            .with(
                "error",
                Json.object("type", Json.of(anthropicType(error)))
                    .with("message", Json.of(error.message())));
    return requestId == null ? body : body.with("request_id", Json.of(requestId));
  }

  private static String anthropicType(GatewayException error) {
    if (error.reason() == Reason.NO_HEALTHY_BACKEND || error.reason() == Reason.OVERLOAD) {
      return "overloaded_error";
    }
    return switch (error.status()) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case 504 -> "timeout_error";
      default -> error.status() >= 500 ? "api_error" : "invalid_request_error";
    };
  }

  private static String geminiStatus(GatewayException error) {
    return switch (error.status()) {
      case 401 -> "UNAUTHENTICATED";
      case 403 -> "PERMISSION_DENIED";
      case 404 -> "NOT_FOUND";
      case 429 -> "RESOURCE_EXHAUSTED";
      case 501 -> "UNIMPLEMENTED";
      case 502 -> "backend_auth_failed".equals(error.code()) ? "UNAVAILABLE" : "INTERNAL";
      case 503 -> "UNAVAILABLE";
      case 504 -> "DEADLINE_EXCEEDED";
      default -> error.status() >= 500 ? "INTERNAL" : "INVALID_ARGUMENT";
    };
  }

  /** Returns the exception that a Bedrock client reads from the header {@code x-amzn-errortype}. */
  public static String bedrockException(GatewayException error) {
    if ("unknown_url".equals(codeOfReason(error, true)) && error.code() == null) {
      return "UnknownOperationException";
    }
    return switch (error.status()) {
      case 401, 403 ->
          error.reason() == Reason.GUARDRAIL ? "ValidationException" : "AccessDeniedException";
      case 404 -> "ResourceNotFoundException";
      case 429 -> "ThrottlingException";
      case 502 ->
          "backend_auth_failed".equals(error.code())
              ? "ServiceUnavailableException"
              : "ModelErrorException";
      case 503 -> "ServiceUnavailableException";
      case 504 -> "ModelTimeoutException";
      default ->
          error.status() >= 500 && error.status() != 501
              ? "InternalServerException"
              : "ValidationException";
    };
  }
}
