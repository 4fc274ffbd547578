package dev.postern.core.telemetry;

import dev.postern.core.exchange.AttributeKey;
import java.util.Locale;

/**
 * What an upstream call is for.
 *
 * @param purpose whose call it is
 * @param kind what is called
 */
public record OutboundCall(Purpose purpose, Kind kind) {
  /** Whose call it is. */
  public enum Purpose {
    /** The request itself, on its way to the backend. */
    PRIMARY("Primary"),
    /** A policy asks a service of its own. */
    POLICY("Policy"),
    /** A copy of a request. */
    MIRROR("Mirror");

    final String label;

    Purpose(String label) {
      this.label = label;
    }
  }

  /** What is called. */
  public enum Kind {
    /** An HTTP server. */
    HTTP("Http"),
    /** A model provider. */
    LLM("Llm"),
    /** An MCP server. */
    MCP("Mcp"),
    /** An external authorization service. */
    EXT_AUTHZ("ExtAuthz"),
    /** An external processor. */
    EXT_PROC("ExtProc"),
    /** A guardrail service. */
    GUARDRAIL("Guardrail"),
    /** A rate limit service. */
    RATE_LIMIT("RateLimit"),
    /** An OpenID provider. */
    OIDC("Oidc");

    final String label;
    final String spanName;

    Kind(String label) {
      this.label = label;
      this.spanName = label.toLowerCase(Locale.ROOT);
    }
  }

  /** What the calls of an exchange are for, if it is not the request itself. */
  public static final AttributeKey<OutboundCall> KEY = AttributeKey.of("outbound call");

  /** A request on its way to an HTTP backend. */
  public static final OutboundCall HTTP = new OutboundCall(Purpose.PRIMARY, Kind.HTTP);

  /** A request on its way to a model provider. */
  public static final OutboundCall LLM = new OutboundCall(Purpose.PRIMARY, Kind.LLM);

  /** A request on its way to an MCP server. */
  public static final OutboundCall MCP = new OutboundCall(Purpose.PRIMARY, Kind.MCP);
}
