package dev.postern.core.upstream;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Sends requests with OkHttp, whose own ideas are switched off. */
final class OkHttpUpstreamClient implements UpstreamClient {
  private static final Duration UNUSED = Duration.ofMinutes(5);

  private final Timers timers;
  private final CachingDns dns;
  private final ConnectListener connects;
  private final LoadingCache<Transport, TransportClient> transports;
  private final LoadingCache<Key, Origin> origins;
  private volatile boolean closed;

  OkHttpUpstreamClient(
      Timers timers, AddressResolver resolver, Duration refresh, ConnectListener connects) {
    this.timers = requireNonNull(timers, "timers");
    this.connects = requireNonNull(connects, "connects");
    this.dns = new CachingDns(requireNonNull(resolver, "resolver"), timers, refresh);
    this.transports =
        Caffeine.newBuilder()
            .expireAfterAccess(UNUSED)
            .build(transport -> new TransportClient(transport, dns));
    this.origins =
        Caffeine.newBuilder()
            .expireAfterAccess(UNUSED)
            .evictionListener(
                (@Nullable Key key, @Nullable Origin origin, RemovalCause cause) -> close(origin))
            .build(key -> new Origin(transports.get(key.transport), key.endpoint));
  }

  private static void close(@Nullable Origin origin) {
    if (origin != null) {
      origin.close();
    }
  }

  @Override
  public GatewayResponse call(UpstreamCall call, Scope scope) throws IOException {
    scope.check();
    if (closed) {
      throw Reason.OVERLOAD.exception("overloaded");
    }
    Origin origin = origins.get(new Key(call.endpoint(), call.transport()));
    CallProgress progress = new CallProgress(call, scope, timers, dns, connects);
    try {
      return send(origin, progress, call, scope);
    } catch (UpstreamException e) {
      if (!progress.mayReplay(e)) {
        throw e;
      }
      origin.close();
      return send(origin, new CallProgress(call, scope, timers, dns, connects), call, scope);
    }
  }

  private GatewayResponse send(Origin origin, CallProgress progress, UpstreamCall call, Scope scope)
      throws IOException {
    Request exact = exact(origin, progress, call);
    Origin.Lane lane = origin.enter();
    Call running = lane.client().newCall(ExactRelay.skeleton(exact, progress));
    progress.start(exact, running);
    Scope.Registration registration = scope.onCancel(progress::cancel);
    Runnable release = new Release(lane, registration);
    boolean handedOver = false;
    try {
      Response response = running.execute();
      GatewayResponse relayed = relay(response, progress, scope, release);
      handedOver = relayed.body() instanceof Body.Streamed;
      return relayed;
    } catch (IOException e) {
      throw progress.explain(e);
    } catch (UncheckedIOException e) {
      throw progress.explain(requireNonNull(e.getCause()));
    } finally {
      if (!handedOver) {
        release.run();
      }
    }
  }

  private static Request exact(Origin origin, CallProgress progress, UpstreamCall call) {
    GatewayRequest request = call.request();
    String method = request.method();
    RequestContent content = content(request, progress);
    String authority =
        request.authority().isEmpty() ? call.endpoint().authority() : request.authority();
    try {
      HttpUrl url = origin.url(request.target());
      return new Request.Builder()
          .url(url)
          .headers(HeaderRelay.toWire(request, authority, content != null))
          .method(method, content)
          .build();
    } catch (IllegalArgumentException e) {
      throw Reason.INVALID_REQUEST.exception("invalid request", e);
    }
  }

  private static @Nullable RequestContent content(GatewayRequest request, CallProgress progress) {
    Body body = request.body();
    boolean needed =
        switch (request.method()) {
          // OkHttp takes these with a body only, and the others without one too.
          case "POST", "PUT", "PATCH", "PROPPATCH", "REPORT", "QUERY" -> true;
          default -> body.length() != 0;
        };
    return needed ? new RequestContent(body, progress) : null;
  }

  private static GatewayResponse relay(
      Response response, CallProgress progress, Scope scope, Runnable release) throws IOException {
    boolean relayed = false;
    try {
      if (!progress.answered()) {
        throw new IOException("too late");
      }
      int status = progress.status();
      Headers headers = progress.headers();
      long length = response.body().contentLength();
      if (length == 0) {
        response.close();
        relayed = true;
        return GatewayResponse.of(status, headers, Body.empty());
      }
      if (status == 204 || status == 205 || status == 304) {
        // OkHttp would wait for what such a head announces (RFC 9110 §15.4.5 lets a 304 do so).
        return GatewayResponse.of(status, headers, Body.empty());
      }
      relayed = true;
      return GatewayResponse.of(
          status, headers, Body.of(new ResponseStream(response, progress, scope, release), length));
    } finally {
      if (!relayed) {
        progress.cancel();
        response.close();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    origins.asMap().values().forEach(Origin::close);
    transports.asMap().values().forEach(TransportClient::close);
  }

  private record Key(Endpoint endpoint, Transport transport) {}

  private static final class Release extends AtomicBoolean implements Runnable {
    private static final long serialVersionUID = 1L;

    private final transient Origin.Lane lane;
    private final transient Scope.Registration registration;

    Release(Origin.Lane lane, Scope.Registration registration) {
      this.lane = lane;
      this.registration = registration;
    }

    @Override
    public void run() {
      if (compareAndSet(false, true)) {
        lane.leave();
        registration.close();
      }
    }
  }
}
