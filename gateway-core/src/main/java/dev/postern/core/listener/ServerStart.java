package dev.postern.core.listener;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.Http2ServerConfig;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.WebSocketServerConfig;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Opens the servers of one bind: one for each event loop, all on the same port. */
final class ServerStart {
  // A little more than the guard lets through: what is too much is refused by it, not by the codec.
  private static final int SPARE = 1024;
  private static final int MAX_CONTINUATIONS = 16;
  private static final int MAX_RESETS_PER_SECOND = 100;

  private final ListenerRuntime.Servers servers;
  private final BindSettings settings;
  private final InetAddress host;
  private final RequestDispatcher dispatcher;

  ServerStart(
      ListenerRuntime.Servers servers,
      BindSettings settings,
      InetAddress host,
      RequestDispatcher dispatcher) {
    this.servers = servers;
    this.settings = settings;
    this.host = host;
    this.dispatcher = dispatcher;
  }

  List<HttpServer> listen() throws IOException {
    if (settings.port() == 0) {
      List<HttpServer> opened = listenOn(servers.anyPort());
      servers.claim(new InetSocketAddress(host, opened.getFirst().actualPort()));
      return opened;
    }
    InetSocketAddress address = new InetSocketAddress(host, settings.port());
    try {
      servers.claim(address);
    } catch (BindException e) {
      throw named(e);
    }
    try {
      return listenOn(settings.port());
    } catch (IOException e) {
      servers.release(address);
      throw e instanceof BindException ? named(e) : e;
    }
  }

  private List<HttpServer> listenOn(int port) throws IOException {
    List<HttpServer> opened = new ArrayList<>();
    try {
      for (int i = 0; i < servers.loops(); i++) {
        opened.add(listen(port));
      }
      return opened;
    } catch (IOException e) {
      opened.forEach(HttpServer::close);
      throw e;
    }
  }

  private BindException named(IOException cause) {
    BindException named =
        new BindException(
            host.getHostAddress() + ":" + settings.port() + ": " + cause.getMessage());
    named.initCause(cause);
    return named;
  }

  private HttpServer listen(int port) throws IOException {
    // A context of its own for each server: that spreads them over the event loops.
    ContextInternal context = servers.vertx().createEventLoopContext();
    HttpServer server =
        servers
            .vertx()
            .createHttpServer(config())
            .connectionHandler(dispatcher::connected)
            .requestHandler(dispatcher::request)
            .invalidRequestHandler(dispatcher::request)
            .exceptionHandler(failure -> {});
    Promise<HttpServer> listening = Promise.promise();
    context.runOnContext(start -> {
      Future<HttpServer> future = server.listen(address(port));
      future.onComplete(listening);
    });
    return ListenerRuntime.Servers.await(listening.future());
  }

  private SocketAddress address(int port) {
    if (port < 0) {
      return SocketAddress.sharedRandomPort(-port, host.getHostAddress());
    }
    return SocketAddress.inetSocketAddress(new InetSocketAddress(host, port));
  }

  private HttpServerConfig config() {
    HttpLimits limits = settings.limits();
    HttpServerConfig config = new HttpServerConfig();
    config.setHttp1Config(
        new Http1ServerConfig()
            .setMaxInitialLineLength(limits.maxHeaderBytes() + SPARE)
            .setMaxHeaderSize(limits.maxHeaderBytes() + SPARE)
            .setMaxChunkSize(64 * 1024));
    config.setHttp2Config(http2(limits));
    config.setHandle100ContinueAutomatically(false);
    // Upgrades are not served; without these no handler looks for them in each request.
    config.setWebSocketConfig(
        new WebSocketServerConfig()
            .setUsePerMessageCompression(false)
            .setUsePerFrameCompression(false));
    return config;
  }

  private static Http2ServerConfig http2(HttpLimits limits) {
    Http2Settings initial =
        new Http2Settings()
            .setMaxConcurrentStreams(limits.http2MaxStreams())
            .setPushEnabled(false)
            .setMaxHeaderListSize(
                limits.http2MaxHeaderSize() == null
                    ? limits.maxHeaderBytes()
                    : limits.http2MaxHeaderSize());
    if (limits.http2WindowSize() != null) {
      initial.setInitialWindowSize(limits.http2WindowSize());
    }
    if (limits.http2FrameSize() != null) {
      initial.setMaxFrameSize(limits.http2FrameSize());
    }
    Http2ServerConfig config =
        new Http2ServerConfig()
            .setInitialSettings(initial)
            .setMaxSmallContinuationFrames(MAX_CONTINUATIONS)
            .setRstFloodMaxRstFramePerWindow(MAX_RESETS_PER_SECOND)
            .setRstFloodWindowDuration(Duration.ofSeconds(1));
    if (limits.http2ConnectionWindowSize() != null) {
      config.setConnectionWindowSize(limits.http2ConnectionWindowSize());
    }
    return config;
  }
}
