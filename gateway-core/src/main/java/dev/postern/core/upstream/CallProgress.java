package dev.postern.core.upstream;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Headers;
import dev.postern.core.upstream.UpstreamException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.internal.http2.ConnectionShutdownException;
import okhttp3.internal.http2.ErrorCode;
import okhttp3.internal.http2.StreamResetException;
import org.jspecify.annotations.Nullable;

/**
 * How far one call has come: what OkHttp tells while it runs, the deadlines that depend on it, and
 * what a failure means at that point.
 *
 * <p>Only events of the calling thread are listened to, so nothing but the deadlines needs care.
 * Connections to several addresses race on threads of OkHttp; they share one deadline.
 */
final class CallProgress extends EventListener {
  private enum Step {
    START,
    SECURING,
    CONNECTED,
    SENDING,
    ANSWERED
  }

  private enum Expired {
    CONNECT,
    FIRST_BYTE
  }

  private final UpstreamCall call;
  private final Scope scope;
  private final Timers timers;
  private final CachingDns dns;
  private final ConnectListener connects;
  private @Nullable Request exact;
  private @Nullable Call running;
  private @Nullable Connection connection;
  private @Nullable Exception bodyFailure;
  private boolean bodyOpened;
  private int status;
  private Headers headers = Headers.EMPTY;

  private Step step = Step.START;
  private boolean fresh;
  private long connectingSince;
  private @Nullable Deadline deadline;
  private volatile @Nullable Expired expired;

  CallProgress(
      UpstreamCall call, Scope scope, Timers timers, CachingDns dns, ConnectListener connects) {
    this.call = call;
    this.scope = scope;
    this.timers = timers;
    this.dns = dns;
    this.connects = connects;
  }

  /** Notes what goes out in the end and the call that carries it. */
  void start(Request exact, Call running) {
    this.exact = exact;
    this.running = running;
  }

  Request exact() {
    if (exact == null) {
      throw new IllegalStateException("not started");
    }
    return exact;
  }

  boolean wantsHttp2() {
    return call.transport().version() == Transport.Version.HTTP_2;
  }

  /** Calls the call off; safe from any thread. */
  void cancel() {
    if (running != null) {
      running.cancel();
    }
  }

  /** Returns whether the connection carried other calls before. */
  boolean usesPooledConnection() {
    return !fresh;
  }

  int status() {
    return status;
  }

  Headers headers() {
    return headers;
  }

  void bodyOpened() {
    bodyOpened = true;
  }

  void bodyFailed(Exception failure) {
    bodyFailure = failure;
  }

  /** Returns the socket if it carries this call alone and unencrypted. */
  @Nullable Socket plainSocket() {
    Connection connection = this.connection;
    return connection != null
            && connection.handshake() == null
            && connection.protocol() != Protocol.H2_PRIOR_KNOWLEDGE
        ? connection.socket()
        : null;
  }

  /**
   * Returns what to throw instead of {@code failure}, which came before the response head.
   *
   * @throws GatewayException the scope's cause, if it was called off
   * @throws IOException what the request's own body threw
   */
  UpstreamException explain(IOException failure) throws IOException {
    stopDeadline();
    checkCalledOff();
    rethrowBodyFailure();
    Step step = this.step;
    if (expired == Expired.FIRST_BYTE) {
      Duration limit = Duration.ofNanos(call.firstByteTimeoutNanos());
      return new UpstreamException(Kind.TIMEOUT, true, "no response head after " + limit, failure);
    }
    if (expired == Expired.CONNECT) {
      Duration limit = call.transport().connectTimeout();
      return new UpstreamException(
          Kind.CONNECT, false, text("not connected after " + limit), failure);
    }
    if (step.compareTo(Step.SENDING) < 0) {
      return new UpstreamException(connectKind(step, failure), false, text(failure), failure);
    }
    boolean sent = !(failure instanceof ConnectionShutdownException);
    return new UpstreamException(sentKind(failure), sent, text(failure), failure);
  }

  private void checkCalledOff() {
    // The thread's owner calls its work off: this is how a caller's thread cancels.
    if (Thread.currentThread().isInterrupted()) {
      scope.cancel(Reason.CANCELLED.exception("interrupted"));
    }
    scope.check();
  }

  private void rethrowBodyFailure() throws IOException {
    switch (bodyFailure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Exception e -> throw new IllegalStateException(e);
    }
  }

  private static Kind connectKind(Step step, IOException failure) {
    if (failure instanceof UnknownHostException) {
      return Kind.DNS;
    }
    return step == Step.SECURING || failure instanceof SSLException ? Kind.TLS : Kind.CONNECT;
  }

  private static Kind sentKind(IOException failure) {
    if (failure instanceof ProtocolException) {
      return Kind.PROTOCOL;
    }
    return refused(failure) ? Kind.REFUSED : Kind.RESET;
  }

  private static boolean refused(IOException failure) {
    return failure instanceof StreamResetException reset
        && reset.errorCode == ErrorCode.REFUSED_STREAM;
  }

  private String text(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    // OkHttp's own words name the host of the URL, which is not the endpoint's.
    if (failure instanceof SSLPeerUnverifiedException) {
      return text("the certificate is for another host");
    }
    return text(
        message.startsWith("unexpected end of stream")
            ? "the connection ended before the response was complete"
            : message);
  }

  private String text(String what) {
    return call.endpoint() + ": " + what;
  }

  /** Returns whether {@code failure} shows a pooled connection that was dead before this call. */
  boolean mayReplay(UpstreamException failure) {
    boolean pooledWasDead =
        connection != null && !fresh && step != Step.ANSWERED && bodyFailure == null;
    boolean bodyLeft = call.request().body().replayable() || !bodyOpened;
    return pooledWasDead
        && bodyLeft
        && switch (failure.kind()) {
          case REFUSED -> true;
          case RESET ->
              !failure.requestSent()
                  || call.replayAnyMethod()
                  || idempotent(call.request().method());
          case CONNECT -> step == Step.CONNECTED;
          case DNS, TLS, TIMEOUT, PROTOCOL, BODY -> false;
        };
  }

  // RFC 9110 §9.2.2.
  private static boolean idempotent(String method) {
    return switch (method) {
      case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
      default -> false;
    };
  }

  /**
   * Returns what to throw when the response body breaks off.
   *
   * @throws GatewayException the scope's cause, if it was called off
   */
  UpstreamException broken(IOException failure) {
    checkCalledOff();
    return new UpstreamException(Kind.BODY, true, text(failure), failure);
  }

  private void startDeadline(long nanos, Expired what) {
    stopDeadline();
    if (nanos > 0) {
      Deadline started = new Deadline(what);
      started.timer = timers.schedule(nanos, started);
      deadline = started;
    }
  }

  /** Returns false if the deadline had passed. */
  private boolean stopDeadline() {
    Deadline stopped = deadline;
    deadline = null;
    return stopped == null || stopped.stop();
  }

  @Override
  public void proxySelectEnd(Call call, HttpUrl url, List<Proxy> proxies) {
    fresh = true;
    connecting();
  }

  @Override
  public void dnsStart(Call call, String domainName) {
    stopDeadline();
    // OkHttp cannot be called off while it resolves; this wait can.
    String host = ResolverDns.realName(domainName, this.call.transport(), this.call.endpoint());
    if (!HostAddress.literal(host)) {
      dns.await(host, scope);
    }
  }

  @Override
  public void dnsEnd(Call call, String domainName, List<InetAddress> addresses) {
    connecting();
  }

  private void connecting() {
    connectingSince = timers.nanoTime();
    startDeadline(this.call.transport().connectTimeout().toNanos(), Expired.CONNECT);
  }

  @Override
  public void secureConnectStart(Call call) {
    step = Step.SECURING;
  }

  @Override
  public void connectionAcquired(Call call, Connection connection) {
    stopDeadline();
    this.connection = connection;
    step = Step.CONNECTED;
    if (fresh) {
      connects.connected(transportName(), timers.nanoTime() - connectingSince);
    }
  }

  private String transportName() {
    if (call.transport().proxy() != null) {
      return call.endpoint().tls() ? "tunnel-tls" : "tunnel";
    }
    return call.endpoint().tls() ? "tls" : "plaintext";
  }

  @Override
  public void requestHeadersStart(Call call) {
    step = Step.SENDING;
  }

  @Override
  public void requestHeadersEnd(Call call, Request request) {
    if (request.body() == null) {
      sent();
    }
  }

  @Override
  public void requestBodyEnd(Call call, long byteCount) {
    sent();
  }

  private void sent() {
    startDeadline(this.call.firstByteTimeoutNanos(), Expired.FIRST_BYTE);
  }

  @Override
  public void responseHeadersStart(Call call) {
    // Also for an interim response, so the deadline stays until the whole head is there.
    step = Step.ANSWERED;
  }

  /**
   * Keeps the real head, and refuses one that would mislead OkHttp when it opens the body next.
   *
   * @throws UncheckedIOException with what is wrong
   */
  @Override
  public void responseHeadersEnd(Call call, Response response) {
    try {
      status = response.code();
      if (status < 200) {
        throw new ProtocolException("unexpected status " + status);
      }
      headers = HeaderRelay.fromWire(response.headers());
    } catch (ProtocolException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Notes that the whole head is there; returns false if the time for it was over. */
  boolean answered() {
    step = Step.ANSWERED;
    return stopDeadline();
  }

  private final class Deadline implements Runnable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final Expired what;
    private Timers.@Nullable Timer timer;

    Deadline(Expired what) {
      this.what = what;
    }

    @Override
    public void run() {
      if (over.compareAndSet(false, true)) {
        expired = what;
        cancel();
      }
    }

    boolean stop() {
      if (timer != null) {
        timer.cancel();
      }
      return over.compareAndSet(false, true);
    }
  }
}
