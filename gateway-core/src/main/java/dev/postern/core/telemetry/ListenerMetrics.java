package dev.postern.core.telemetry;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.RequestRecord;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.context.Context;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The metrics of one listener: connections, bytes, handshakes. Safe for concurrent use. */
public final class ListenerMetrics {
  private final All all;
  private final Attributes labels;
  private final LongAdder inFlight = new LongAdder();

  private ListenerMetrics(All all, Key key) {
    this.all = all;
    this.labels = key.labels();
  }

  /** Counts an accepted connection. */
  public void accepted() {
    all.connections.add(1, labels, Context.root());
  }

  /** Counts the bytes of a connection that has ended, as they were on the wire. */
  public void closed(long received, long sent) {
    all.received.add(received, labels, Context.root());
    all.sent.add(sent, labels, Context.root());
  }

  /** Records how long a TLS handshake took. */
  public void handshake(long nanos) {
    all.handshakes.record(RequestMetrics.seconds(nanos), labels, Context.root());
  }

  void requestStarted() {
    inFlight.increment();
  }

  void requestEnded() {
    inFlight.decrement();
  }

  /** The listeners of a gateway. */
  static final class All {
    private final LongCounter connections;
    private final LongCounter received;
    private final LongCounter sent;
    private final DoubleHistogram handshakes;
    private final ConcurrentMap<Key, ListenerMetrics> listeners = new ConcurrentHashMap<>();

    All(Instruments instruments) {
      connections =
          instruments.counter("downstream_connections", "Connections accepted from clients.");
      received =
          instruments.bytes("downstream_received_bytes", "Bytes that came over connections.");
      sent = instruments.bytes("downstream_sent_bytes", "Bytes that went over connections.");
      handshakes =
          instruments.seconds(
              "tls_handshake_duration_seconds",
              Instruments.CONNECT_SECONDS,
              "Time of TLS handshakes with clients.");
      instruments
          .meter("requests_in_flight")
          .gaugeBuilder("agentgateway_requests_in_flight")
          .ofLongs()
          .setDescription("Requests that have not ended.")
          .buildWithCallback(this::observeInFlight);
    }

    ListenerMetrics of(
        int bind, @Nullable String gateway, @Nullable String listener, String protocol) {
      Key key = new Key(bind, gateway, listener, protocol);
      ListenerMetrics known = listeners.get(key);
      return known != null
          ? known
          : listeners.computeIfAbsent(key, made -> new ListenerMetrics(this, made));
    }

    ListenerMetrics of(Connection connection, RequestRecord record) {
      String protocol = connection.tls() ? "https" : "http";
      return of(connection.bind(), record.gateway(), record.listener(), protocol);
    }

    private void observeInFlight(ObservableLongMeasurement measurement) {
      for (ListenerMetrics listener : listeners.values()) {
        measurement.record(listener.inFlight.sum(), listener.labels);
      }
    }
  }

  private record Key(
      int bind, @Nullable String gateway, @Nullable String listener, String protocol) {
    Attributes labels() {
      AttributesBuilder labels = Attributes.builder();
      Labels.put(labels, Labels.BIND, Labels.bind(bind));
      Labels.put(labels, Labels.GATEWAY, gateway);
      Labels.put(labels, Labels.LISTENER, listener);
      Labels.put(labels, Labels.PROTOCOL, protocol);
      return labels.build();
    }
  }
}
