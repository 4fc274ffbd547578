package dev.postern.core;

import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.Okio;
import okio.Source;
import okio.Timeout;
import org.jspecify.annotations.Nullable;

/*
 * The door for every client built on OkHttp: an application interceptor that answers in the network's
 * place. Uses only what OkHttp has since 4.12, because that is what many SDKs still bring.
 *
 * OkHttp tells an interceptor nothing when its call is cancelled, and stops its own watch of the
 * call's timeout as soon as an interceptor has answered. So one coarse timer per call under way
 * looks at both; that, and closing the response, call the exchange off.
 */
final class OkHttpDoor implements Interceptor {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

  private final Gateway gateway;
  private final Set<String> hosts;

  /**
   * Creates the door.
   *
   * @param hosts the hosts whose requests are answered here; all when empty
   */
  OkHttpDoor(Gateway gateway, Set<String> hosts) {
    this.gateway = gateway;
    this.hosts = hosts;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Request request = chain.request();
    if (!hosts.isEmpty() && !hosts.contains(request.url().host())) {
      return chain.proceed(request);
    }
    Scope scope = gateway.newScope();
    CancelWatch watch = new CancelWatch(chain.call(), scope);
    long sentAt = System.currentTimeMillis();
    GatewayResponse response = gateway.handle(toGateway(request), scope);
    if (chain.call().isCanceled()) {
      watch.stop();
      response.close();
      throw new IOException("Canceled");
    }
    return toOkHttp(request, response, watch)
        .sentRequestAtMillis(sentAt)
        .receivedResponseAtMillis(System.currentTimeMillis())
        .build();
  }

  private static GatewayRequest toGateway(Request request) throws IOException {
    HttpUrl url = request.url();
    boolean defaultPort = url.port() == HttpUrl.defaultPort(url.scheme());
    String host = url.host().indexOf(':') >= 0 ? "[" + url.host() + "]" : url.host();
    Headers.Builder headers = Headers.builder();
    for (int i = 0; i < request.headers().size(); i++) {
      headers.add(request.headers().name(i), request.headers().value(i));
    }
    return GatewayRequest.builder(request.method(), url.encodedPath())
        .scheme(url.scheme())
        .authority(defaultPort ? host : host + ":" + url.port())
        .query(url.encodedQuery())
        .headers(withBodyHeaders(headers, request.body()).remove("host").build())
        .body(body(request.body()))
        .build();
  }

  private static Headers.Builder withBodyHeaders(
      Headers.Builder headers, @Nullable RequestBody body) {
    MediaType type = body == null ? null : body.contentType();
    return type == null ? headers : headers.set("content-type", type.toString());
  }

  private static Body body(@Nullable RequestBody body) throws IOException {
    if (body == null) {
      return Body.empty();
    }
    Buffer buffer = new Buffer();
    body.writeTo(buffer);
    return Body.of(buffer.readByteArray());
  }

  private static Response.Builder toOkHttp(
      Request request, GatewayResponse response, CancelWatch watch) {
    okhttp3.Headers.Builder headers = new okhttp3.Headers.Builder();
    response.headers().forEach(headers::addUnsafeNonAscii);
    return new Response.Builder()
        .request(request)
        .protocol(Protocol.HTTP_1_1)
        .code(response.status())
        .message("")
        .headers(headers.build())
        .body(new GatewayBody(response, watch));
  }

  /** Looks whether the call was cancelled or is late, until the response has ended. */
  private static final class CancelWatch {
    private final Call call;
    private final Scope scope;
    private final long startedAt = System.nanoTime();
    private final long callTimeout;
    private volatile boolean late;
    private volatile boolean stopped;

    CancelWatch(Call call, Scope scope) {
      this.call = call;
      this.scope = scope;
      this.callTimeout = call.timeout().timeoutNanos();
      lookLater();
    }

    private void lookLater() {
      Timers.Timer unused = scope.timers().schedule(LOOK_NANOS, this::look);
    }

    private void look() {
      if (stopped) {
        return;
      }
      if (call.isCanceled()) {
        scope.cancel(Reason.CANCELLED.exception("call cancelled"));
      } else if (callTimeout > 0 && System.nanoTime() - startedAt >= callTimeout) {
        late = true;
        scope.cancel(Reason.CANCELLED.exception("call timeout"));
      } else {
        lookLater();
      }
    }

    /** Returns what a client that reads over the network would see. */
    IOException broken(Exception e) {
      if (late) {
        IOException timeout = new InterruptedIOException("timeout");
        timeout.initCause(e);
        return timeout;
      }
      if (call.isCanceled()) {
        return new IOException("Canceled", e);
      }
      return e instanceof IOException broken ? broken : new IOException(e.getMessage(), e);
    }

    void stop() {
      stopped = true;
    }
  }

  private static final class GatewayBody extends ResponseBody {
    private final @Nullable MediaType type;
    private final long length;
    private final BufferedSource source;

    GatewayBody(GatewayResponse response, CancelWatch watch) {
      String type = response.header("content-type");
      this.type = type == null ? null : MediaType.parse(type);
      this.length = response.body().length();
      this.source = Okio.buffer(new PulledSource(response, watch));
    }

    @Override
    public @Nullable MediaType contentType() {
      return type;
    }

    @Override
    public long contentLength() {
      return length;
    }

    @Override
    public BufferedSource source() {
      return source;
    }
  }

  /** Pulls pieces as they are read, so that events arrive one by one. */
  private static final class PulledSource implements Source {
    private final GatewayResponse response;
    private final BodyStream stream;
    private final CancelWatch watch;

    PulledSource(GatewayResponse response, CancelWatch watch) {
      this.response = response;
      this.stream = response.body().open();
      this.watch = watch;
    }

    private final Buffer rest = new Buffer();

    @Override
    public long read(Buffer sink, long byteCount) throws IOException {
      if (rest.size() == 0) {
        ByteBuffer piece = next();
        if (piece == null) {
          watch.stop();
          return -1;
        }
        rest.write(piece);
      }
      return rest.read(sink, byteCount);
    }

    private @Nullable ByteBuffer next() throws IOException {
      try {
        return stream.next();
      } catch (IOException | RuntimeException e) {
        throw watch.broken(e);
      }
    }

    @Override
    public Timeout timeout() {
      return Timeout.NONE;
    }

    @Override
    public void close() {
      watch.stop();
      stream.close();
      response.close();
    }
  }
}
