package dev.postern.core.telemetry;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.exchange.RequestRecord.FieldSink;
import dev.postern.core.exchange.RequestRecord.ProtocolFields;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The fields of a request under their documented names, in their documented order. */
final class RequestFields {
  private RequestFields() {}

  /** Hands the fields to {@code sink}; absent values are left out. */
  static void write(RequestRecord record, Connection connection, FieldSink sink) {
    text(sink, "gateway", record.gateway());
    text(sink, "listener", record.listener());
    text(sink, "route_rule", record.routeRule());
    text(sink, "route", record.route());
    text(sink, "endpoint", record.endpoint());
    text(sink, "src.addr", source(record, connection));
    text(sink, "http.method", record.method());
    text(sink, "http.host", withoutUserInfo(record.authority()));
    text(sink, "http.path", record.path());
    text(sink, "http.version", record.httpVersion());
    if (record.status() != 0) {
      sink.field("http.status", record.status());
    }
    text(sink, "tls.sni", connection.serverName());
    text(sink, "trace.id", record.traceId());
    text(sink, "span.id", record.spanId());
    sink.field("protocol", record.protocol());
    ProtocolFields protocolFields = record.protocolFields();
    if (protocolFields != null) {
      protocolFields.writeTo(sink);
    }
    if (record.attempts() > 1) {
      sink.field("retry.attempt", record.attempts() - 1);
    }
    if (!record.failedOpen().isEmpty()) {
      sink.field("policy.failed_open", String.join(",", record.failedOpen()));
    }
    text(sink, "policy.refused", record.refusedBy());
    text(sink, "error", record.error());
    if (record.reason() != Reason.UPSTREAM) {
      sink.field("reason", record.reason().label());
    }
    sink.field("duration", durationNanos(record) / 1_000_000 + "ms");
  }

  static long durationNanos(RequestRecord record) {
    return record.endNanos() - record.startNanos();
  }

  private static void text(FieldSink sink, String name, @Nullable String value) {
    if (value != null) {
      sink.field(name, value);
    }
  }

  /** Returns the caller: with its port when it is the TCP peer, without when a proxy told of it. */
  private static @Nullable String source(RequestRecord record, Connection connection) {
    InetAddress source = record.source();
    InetSocketAddress peer = connection.remote();
    if (source == null || (peer != null && source.equals(peer.getAddress()))) {
      return address(peer);
    }
    return source.getHostAddress();
  }

  private static @Nullable String address(@Nullable InetSocketAddress address) {
    if (address == null) {
      return null;
    }
    String host =
        address.getAddress() == null
            ? address.getHostString()
            : address.getAddress().getHostAddress();
    return host.indexOf(':') < 0
        ? host + ":" + address.getPort()
        : "[" + host + "]:" + address.getPort();
  }

  private static @Nullable String withoutUserInfo(@Nullable String authority) {
    return authority == null ? null : authority.substring(authority.lastIndexOf('@') + 1);
  }
}
