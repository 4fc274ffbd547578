package dev.postern.core.telemetry;

import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/** The metrics of requests, recorded when they have ended. */
final class RequestMetrics {
  private static final Attributes OTHER_REQUESTS =
      Labels.other(
          Labels.PROTOCOL,
          Labels.METHOD,
          Labels.STATUS,
          Labels.REASON,
          Labels.BACKEND,
          Labels.BIND,
          Labels.GATEWAY,
          Labels.LISTENER,
          Labels.ROUTE,
          Labels.ROUTE_RULE);
  private static final Attributes OTHER_ROUTES =
      Labels.other(
          Labels.BACKEND,
          Labels.BIND,
          Labels.GATEWAY,
          Labels.LISTENER,
          Labels.ROUTE,
          Labels.ROUTE_RULE);

  private static final Attributes OTHER_POLICIES =
      Labels.other(
          Labels.POLICY,
          Labels.BIND,
          Labels.GATEWAY,
          Labels.LISTENER,
          Labels.ROUTE,
          Labels.ROUTE_RULE);
  private static final Attributes OTHER_REFUSALS =
      Labels.other(
          Labels.POLICY,
          Labels.REASON,
          Labels.BIND,
          Labels.GATEWAY,
          Labels.LISTENER,
          Labels.ROUTE,
          Labels.ROUTE_RULE);

  private final LongCounter requests;
  private final DoubleHistogram duration;
  private final DoubleHistogram requestProcessing;
  private final DoubleHistogram responseProcessing;
  private final LongCounter responseBytes;
  private final LongCounter retries;
  private final LongCounter failedOpen;
  private final LongCounter refusals;
  private final LabelSets<RequestKey> requestLabels;
  private final LabelSets<RouteKey> routeLabels;
  private final LabelSets<PolicyKey> policyLabels;
  private final LabelSets<RefusalKey> refusalLabels;

  RequestMetrics(Instruments instruments, int maxSeries) {
    requests = instruments.counter("requests", "Requests that have ended.");
    duration =
        instruments.seconds(
            "request_duration_seconds",
            Instruments.REQUEST_SECONDS,
            "Time from the first byte of a request to the last byte of its response.");
    requestProcessing =
        instruments.seconds(
            "request_processing_seconds",
            Instruments.PROCESSING_SECONDS,
            "Time the gateway worked before it called upstream.");
    responseProcessing =
        instruments.seconds(
            "response_processing_seconds",
            Instruments.PROCESSING_SECONDS,
            "Time the gateway worked on a response after its head came from upstream.");
    responseBytes = instruments.bytes("response_bytes", "Body bytes sent to clients.");
    retries = instruments.counter("retries", "Attempts that repeated an earlier one.");
    failedOpen =
        instruments.counter(
            "policy_failed_open", "Requests that a policy let pass because it could not decide.");
    refusals =
        instruments.counter("policy_refusals", "Requests that a policy answered with an error.");

    LongCounter dropped =
        instruments.counter(
            "metric_series_dropped", "Records that counted under labels \"other\".");
    Attributes ofRequests = Attributes.of(Labels.METRIC, "agentgateway_requests_total");
    Attributes ofRoutes = Attributes.of(Labels.METRIC, "agentgateway_request_processing_seconds");
    Attributes ofPolicies = Attributes.of(Labels.METRIC, "agentgateway_policy_failed_open_total");
    policyLabels =
        new LabelSets<>(
            maxSeries, PolicyKey::labels, key -> OTHER_POLICIES, () -> dropped.add(1, ofPolicies));
    Attributes ofRefusals = Attributes.of(Labels.METRIC, "agentgateway_policy_refusals_total");
    refusalLabels =
        new LabelSets<>(
            maxSeries, RefusalKey::labels, key -> OTHER_REFUSALS, () -> dropped.add(1, ofRefusals));
    requestLabels =
        new LabelSets<>(
            maxSeries,
            RequestKey::labels,
            key -> key.route.added.other(OTHER_REQUESTS),
            () -> dropped.add(1, ofRequests));
    routeLabels =
        new LabelSets<>(
            maxSeries,
            RouteKey::labels,
            key -> key.added.other(OTHER_ROUTES),
            () -> dropped.add(1, ofRoutes));
  }

  /**
   * Records one request.
   *
   * @param added what the configuration adds to its labels
   * @param context holds the span that exemplars name
   */
  void ended(RequestRecord record, int bind, AddedLabels added, Context context) {
    RouteKey route =
        new RouteKey(
            bind,
            record.gateway(),
            record.listener(),
            record.route(),
            record.routeRule(),
            record.backend(),
            added);
    Attributes labels =
        requestLabels.get(
            new RequestKey(
                route,
                record.protocol(),
                method(record.method()),
                record.status(),
                record.reason()));
    requests.add(1, labels, context);
    duration.record(seconds(RequestFields.durationNanos(record)), labels, context);
    responseBytes.add(record.responseBytes(), labels, context);
    if (record.attempts() > 1) {
      retries.add(record.attempts() - 1, labels, context);
    }
    for (String policy : record.failedOpen()) {
      failedOpen.add(1, policyLabels.get(new PolicyKey(policy, route.plain())), context);
    }
    String refusedBy = record.refusedBy();
    if (refusedBy != null) {
      RefusalKey key = new RefusalKey(refusedBy, record.reason(), route.plain());
      refusals.add(1, refusalLabels.get(key), context);
    }
    if (record.upstreamStartNanos() == 0) {
      return;
    }
    Attributes ofRoute = routeLabels.get(route);
    requestProcessing.record(
        seconds(record.upstreamStartNanos() - record.startNanos()), ofRoute, context);
    if (record.upstreamHeadNanos() != 0 && record.responseHeadNanos() != 0) {
      responseProcessing.record(
          seconds(record.responseHeadNanos() - record.upstreamHeadNanos()), ofRoute, context);
    }
  }

  static double seconds(long nanos) {
    return nanos / 1e9;
  }

  /** Returns a method as a label: clients can send any. */
  static @Nullable String method(@Nullable String method) {
    return switch (method) {
      case null -> null;
      case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH" -> method;
      default -> "other";
    };
  }

  /** What the labels shared by all requests of a route are made of. */
  private record RouteKey(
      int bind,
      @Nullable String gateway,
      @Nullable String listener,
      @Nullable String route,
      @Nullable String routeRule,
      @Nullable String backend,
      AddedLabels added) {
    /** Returns the key for metrics that nothing is added to. */
    RouteKey plain() {
      return new RouteKey(bind, gateway, listener, route, routeRule, backend, AddedLabels.NONE);
    }

    Attributes labels() {
      AttributesBuilder labels = Attributes.builder();
      putInto(labels);
      return labels.build();
    }

    void putInto(AttributesBuilder labels) {
      Labels.put(labels, Labels.BACKEND, backend);
      putRouteInto(labels);
    }

    void putRouteInto(AttributesBuilder labels) {
      Labels.put(labels, Labels.BIND, Labels.bind(bind));
      Labels.put(labels, Labels.GATEWAY, gateway);
      Labels.put(labels, Labels.LISTENER, listener);
      Labels.put(labels, Labels.ROUTE, route);
      Labels.put(labels, Labels.ROUTE_RULE, routeRule);
      added.putInto(labels);
    }
  }

  private record RefusalKey(String policy, Reason reason, RouteKey route) {
    Attributes labels() {
      AttributesBuilder labels = Attributes.builder();
      Labels.put(labels, Labels.POLICY, policy);
      Labels.put(labels, Labels.REASON, reason.label());
      route.putRouteInto(labels);
      return labels.build();
    }
  }

  private record PolicyKey(String policy, RouteKey route) {
    Attributes labels() {
      AttributesBuilder labels = Attributes.builder();
      Labels.put(labels, Labels.POLICY, policy);
      route.putRouteInto(labels);
      return labels.build();
    }
  }

  private record RequestKey(
      RouteKey route, String protocol, @Nullable String method, int status, Reason reason) {
    Attributes labels() {
      AttributesBuilder labels = Attributes.builder();
      Labels.put(labels, Labels.PROTOCOL, protocol);
      Labels.put(labels, Labels.METHOD, method);
      Labels.put(labels, Labels.STATUS, status == 0 ? null : Integer.toString(status));
      Labels.put(labels, Labels.REASON, reason.label());
      route.putInto(labels);
      return labels.build();
    }
  }
}
