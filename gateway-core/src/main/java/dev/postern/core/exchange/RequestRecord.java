package dev.postern.core.exchange;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The facts of one exchange, filled in by the layers it passes.
 *
 * <p>Access log, metrics and spans are projections of this one record, made when the exchange has
 * ended, so that their numbers agree. Written by the thread that runs the exchange; complete and
 * read-only in end hooks. Times are {@link Timers#nanoTime}.
 */
public final class RequestRecord {
  private final long startNanos;
  private final Instant startTime = Instant.now();
  private long endNanos;
  private long upstreamStartNanos;
  private long upstreamHeadNanos;
  private long responseHeadNanos;
  private @Nullable Outcome outcome;

  private @Nullable String requestId;
  private @Nullable InetAddress source;
  private @Nullable String gateway;
  private @Nullable String listener;
  private @Nullable String route;
  private @Nullable String routeNamespace;
  private @Nullable String routeRule;
  private @Nullable String pathPattern;
  private @Nullable String backend;
  private @Nullable String backendType;
  private @Nullable String endpoint;
  private String protocol = "http";
  private @Nullable String method;
  private @Nullable String authority;
  private @Nullable String path;
  private @Nullable String rawPath;
  private @Nullable String httpVersion;
  private int status;
  private Reason reason = Reason.UPSTREAM;
  private @Nullable String error;
  private int attempts;
  private volatile long requestBytes;
  private volatile long responseBytes;
  private boolean requestBodyTruncated;
  private boolean responseBodyTruncated;
  private @Nullable String traceId;
  private @Nullable String spanId;
  private @Nullable ProtocolFields protocolFields;
  private List<String> failedOpen = List.of();
  private @Nullable String refusedBy;

  RequestRecord(long startNanos) {
    this.startNanos = startNanos;
  }

  /** What a protocol module adds to the record, written out where the logs expect it. */
  public interface ProtocolFields {
    /**
     * Hands every known field to {@code sink}, under its documented name and in its order. Called
     * after the end, by any thread, any number of times.
     */
    void writeTo(FieldSink sink);

    /** Returns how many tokens the call used, as far as is known; 0 for none. */
    default long tokens() {
      return 0;
    }
  }

  /** Takes fields by name. */
  public interface FieldSink {
    /** Takes a text. */
    void field(String name, String value);

    /** Takes a whole number. */
    void field(String name, long value);

    /** Takes a number. */
    void field(String name, double value);
  }

  /** Takes over what another record says of the request, but not what became of it. */
  void startLike(RequestRecord other) {
    requestId = other.requestId;
    source = other.source;
    gateway = other.gateway;
    listener = other.listener;
    route = other.route;
    routeRule = other.routeRule;
    pathPattern = other.pathPattern;
    method = other.method;
    authority = other.authority;
    path = other.path;
    httpVersion = other.httpVersion;
    traceId = other.traceId;
    spanId = other.spanId;
  }

  /** Notes the end, and that as the reason when the backend's own response was cut short. */
  void ended(long endNanos, Outcome outcome) {
    this.endNanos = endNanos;
    this.outcome = outcome;
    if (reason != Reason.UPSTREAM) {
      return;
    }
    if (outcome.kind() == Outcome.Kind.ABANDONED) {
      reason = Reason.CANCELLED;
    } else if (outcome.failure() instanceof GatewayException refusal) {
      reason(refusal.reason(), refusal.detail() == null ? refusal.message() : refusal.detail());
    } else if (outcome.kind() == Outcome.Kind.FAILED) {
      Throwable failure = outcome.failure();
      reason(Reason.UPSTREAM_FAILURE, failure == null ? null : failure.toString());
    }
  }

  /** Returns when the request was accepted. */
  public Instant startTime() {
    return startTime;
  }

  /** Returns when the request was accepted, monotonic. */
  public long startNanos() {
    return startNanos;
  }

  /** Returns when the exchange ended, monotonic; 0 before. */
  public long endNanos() {
    return endNanos;
  }

  /** Returns how the exchange ended, or null before. */
  public @Nullable Outcome outcome() {
    return outcome;
  }

  /** Returns when the first upstream call started, monotonic; 0 if none did. */
  public long upstreamStartNanos() {
    return upstreamStartNanos;
  }

  /** Notes the start of an upstream call; the first one counts. */
  public void upstreamStarted(long nanos) {
    if (upstreamStartNanos == 0) {
      upstreamStartNanos = nanos;
    }
  }

  /** Returns when the last upstream head arrived, monotonic; 0 if none did. */
  public long upstreamHeadNanos() {
    return upstreamHeadNanos;
  }

  /** Notes the arrival of an upstream head; the last one counts. */
  public void upstreamHead(long nanos) {
    upstreamHeadNanos = nanos;
  }

  /** Returns when the response head was ready for the client, monotonic; 0 if it never was. */
  public long responseHeadNanos() {
    return responseHeadNanos;
  }

  /** Notes that the response head is ready for the client. */
  public void responseHead(long nanos) {
    responseHeadNanos = nanos;
  }

  /** Returns the id that names this request in answers and logs, or null before it has one. */
  public @Nullable String requestId() {
    return requestId;
  }

  /** Sets the id of this request. */
  public void requestId(String requestId) {
    this.requestId = requireNonNull(requestId, "requestId");
  }

  /**
   * Returns the address of the caller, which proxies that are trusted may have told, or null when
   * it is not known.
   */
  public @Nullable InetAddress source() {
    return source;
  }

  /** Sets the address of the caller. */
  public void source(@Nullable InetAddress source) {
    this.source = source;
  }

  /** Returns the name of the gateway, or null. */
  public @Nullable String gateway() {
    return gateway;
  }

  /** Returns the name of the listener, or null. */
  public @Nullable String listener() {
    return listener;
  }

  /** Sets gateway and listener; the listener is null when none fits. */
  public void acceptedBy(String gateway, @Nullable String listener) {
    this.gateway = gateway;
    this.listener = listener;
  }

  /** Returns the name of the route, or null when none was found. */
  public @Nullable String route() {
    return route;
  }

  /** Returns the name of the rule within the route, or null. */
  public @Nullable String routeRule() {
    return routeRule;
  }

  /** Returns the namespace of the route, or null. */
  public @Nullable String routeNamespace() {
    return routeNamespace;
  }

  /** Sets the namespace of the route. */
  public void routeNamespace(String routeNamespace) {
    this.routeNamespace = routeNamespace;
  }

  /** Sets the route. */
  public void routedBy(String route, @Nullable String routeRule) {
    this.route = route;
    this.routeRule = routeRule;
  }

  /** Returns the pattern of the path that matched, as in {@code /api/*}, or null. */
  public @Nullable String pathPattern() {
    return pathPattern;
  }

  /** Sets the pattern of the path that matched. */
  public void pathPattern(@Nullable String pathPattern) {
    this.pathPattern = pathPattern;
  }

  /** Returns the name of the backend, or null when none was chosen. */
  public @Nullable String backend() {
    return backend;
  }

  /** Sets the backend. */
  public void backend(String backend) {
    this.backend = backend;
  }

  /** Returns what kind of backend was chosen where the protocol does not say it, or null. */
  public @Nullable String backendType() {
    return backendType;
  }

  /** Sets what kind of backend was chosen. */
  public void backendType(String backendType) {
    this.backendType = backendType;
  }

  /** Returns the endpoint of the last attempt, {@code host:port}, or null. */
  public @Nullable String endpoint() {
    return endpoint;
  }

  /** Sets the endpoint of the current attempt. */
  public void endpoint(String endpoint) {
    this.endpoint = endpoint;
  }

  /** Returns {@code http}, {@code llm}, {@code mcp} or {@code a2a}. */
  public String protocol() {
    return protocol;
  }

  /** Sets the protocol. */
  public void protocol(String protocol) {
    this.protocol = protocol;
  }

  /** Returns the method, or null before the head was read. */
  public @Nullable String method() {
    return method;
  }

  /** Returns host and port the client asked for, or null. */
  public @Nullable String authority() {
    return authority;
  }

  /** Returns the canonical path, without the query, or null. */
  public @Nullable String path() {
    return path;
  }

  /** Returns the path as the client wrote it, without the query, or null. */
  public @Nullable String rawPath() {
    return rawPath;
  }

  /** Sets the path as the client wrote it. */
  public void rawPath(String rawPath) {
    this.rawPath = rawPath;
  }

  /** Returns the HTTP version of the client, or null. */
  public @Nullable String httpVersion() {
    return httpVersion;
  }

  /** Sets what the head of the request said. */
  public void request(String method, String authority, String path, String httpVersion) {
    this.method = method;
    this.authority = authority;
    this.path = path;
    this.httpVersion = httpVersion;
  }

  /** Returns the status of the answer; 0 before there is one. */
  public int status() {
    return status;
  }

  /** Sets the status of the answer. */
  public void status(int status) {
    this.status = status;
  }

  /** Returns why the answer is not the backend's own. */
  public Reason reason() {
    return reason;
  }

  /** Returns what went wrong, for the operator, or null. */
  public @Nullable String error() {
    return error;
  }

  /** Sets why the answer is not the backend's own, and what went wrong. */
  public void reason(Reason reason, @Nullable String error) {
    this.reason = reason;
    this.error = error;
  }

  /** Returns the kinds of policies that could not decide, and let the request pass all the same. */
  public List<String> failedOpen() {
    return Collections.unmodifiableList(failedOpen);
  }

  /** Notes that a policy of this kind could not decide, and lets the request pass all the same. */
  public void failedOpen(String policy) {
    if (failedOpen.isEmpty()) {
      failedOpen = new ArrayList<>(1);
    }
    failedOpen.add(policy);
  }

  /** Returns the kind of the policy that made the answer an error, or null. */
  public @Nullable String refusedBy() {
    return reason == Reason.UPSTREAM ? null : refusedBy;
  }

  /** Sets the kind of the policy that makes the answer an error; null if none does. */
  public void refusedBy(@Nullable String policy) {
    this.refusedBy = policy;
  }

  /** Returns how many attempts were made. */
  public int attempts() {
    return attempts;
  }

  /** Sets how many attempts were made. */
  public void attempts(int attempts) {
    this.attempts = attempts;
  }

  /** Returns the body bytes read from the client so far. */
  public long requestBytes() {
    return requestBytes;
  }

  /** Sets the body bytes read from the client so far. */
  public void requestBytes(long requestBytes) {
    this.requestBytes = requestBytes;
  }

  /** Returns the body bytes handed to the client so far. */
  public long responseBytes() {
    return responseBytes;
  }

  /** Sets the body bytes handed to the client so far. */
  public void responseBytes(long responseBytes) {
    this.responseBytes = responseBytes;
  }

  /** Returns whether only the beginning of the request's body was recorded for logs. */
  public boolean requestBodyTruncated() {
    return requestBodyTruncated;
  }

  /** Returns whether only the beginning of the response's body was recorded for logs. */
  public boolean responseBodyTruncated() {
    return responseBodyTruncated;
  }

  /** Notes of which body only the beginning was recorded for logs. */
  public void bodiesTruncated(boolean request, boolean response) {
    requestBodyTruncated = request;
    responseBodyTruncated = response;
  }

  /** Returns the trace id in hexadecimal, or null without a trace. */
  public @Nullable String traceId() {
    return traceId;
  }

  /** Returns the id of the request's span in hexadecimal, or null without a trace. */
  public @Nullable String spanId() {
    return spanId;
  }

  /** Sets the trace this request belongs to. */
  public void trace(String traceId, String spanId) {
    this.traceId = traceId;
    this.spanId = spanId;
  }

  /** Returns what the protocol module adds, or null. */
  public @Nullable ProtocolFields protocolFields() {
    return protocolFields;
  }

  /** Sets what the protocol module adds. */
  public void protocolFields(ProtocolFields protocolFields) {
    this.protocolFields = protocolFields;
  }
}
