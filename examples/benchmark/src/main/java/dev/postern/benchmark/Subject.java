package dev.postern.benchmark;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.HandlerBackend;
import dev.postern.core.HostBackend;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.listener.BindSettings;
import dev.postern.core.listener.ExchangeExecutor;
import dev.postern.core.listener.HttpListener;
import dev.postern.core.listener.ListenerRuntime;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import dev.postern.core.text.Secret;
import dev.postern.core.upstream.Endpoint;
import dev.postern.core.upstream.HostAddress;
import dev.postern.core.upstream.Transport;
import dev.postern.core.upstream.UpstreamCall;
import dev.postern.core.upstream.UpstreamClient;
import dev.postern.llm.LlmBackend;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The process that is measured: a bare relay of the gateway's parts, or a gateway. */
public final class Subject {
  private Subject() {}

  /**
   * Serves until it is killed; prints the port.
   *
   * @param args what to be, and the port of the upstream
   */
  public static void main(String[] args) throws Exception {
    String upstream = "127.0.0.1:" + args[1];
    int port =
        switch (args[0]) {
          case "relay" -> relay(upstream);
          case "http-proxy" ->
              start(local().route("r", route -> route.backend(HostBackend.of(upstream))));
          case "llm" -> start(llm(upstream));
          case "llm-logged" ->
              start(
                  llm(upstream)
                      .accessLog(
                          LogSink.to(OutputStream.nullOutputStream()), AccessLog.Format.TEXT));
          case "llm-guarded" -> start(GuardedModel.in(local(), upstream));
          case "idle" ->
              start(
                  local()
                      .route(
                          "idle",
                          route -> route.backend(HandlerBackend.of("idle", Subject::idle))));
          default -> throw new IllegalArgumentException("unknown subject " + args[0]);
        };
    System.out.println("port " + port);
    new CountDownLatch(1).await();
  }

  private static GatewayBuilder local() {
    return Gateway.builder().gateway("default", Bind.port(0).address("127.0.0.1"));
  }

  /** Returns a gateway that knows one model, and has no policies. */
  static GatewayBuilder llm(String upstream) {
    NamedProvider provider =
        NamedProvider.of("model", OpenAi.withKey(Secret.of("key")))
            .baseUrl("http://" + upstream + "/v1");
    return local()
        .route("llm", route -> route.backend(LlmBackend.builder().provider(provider).build()));
  }

  private static int start(GatewayBuilder builder) throws IOException {
    return builder.build().start().port();
  }

  /** Listener, virtual thread and upstream client, with nothing between them. */
  private static int relay(String upstream) throws IOException {
    UpstreamClient client = UpstreamClient.create(Timers.system());
    Endpoint endpoint = HostAddress.parse(upstream);
    Handler relay =
        (exchange, request) ->
            client.call(
                new UpstreamCall(request, endpoint, Transport.DEFAULT, 0, true), exchange.scope());
    return HttpListener.open(
            ListenerRuntime.create(ExchangeExecutor.AUTO), BindSettings.of("127.0.0.1", 0), relay)
        .port();
  }

  /** Answers with a stream that says one thing, and then nothing until its reader leaves. */
  private static GatewayResponse idle(Exchange exchange, GatewayRequest request) {
    CountDownLatch left = new CountDownLatch(1);
    BodyStream stream =
        new BodyStream() {
          private @Nullable ByteBuffer hello =
              ByteBuffer.wrap("data: hello\n\n".getBytes(StandardCharsets.US_ASCII));

          @Override
          public @Nullable ByteBuffer next() throws IOException {
            ByteBuffer next = hello;
            hello = null;
            if (next == null) {
              try {
                left.await();
              } catch (InterruptedException e) {
                throw new InterruptedIOException("interrupted");
              }
            }
            return next;
          }

          @Override
          public void close() {
            left.countDown();
          }
        };
    Scope.Registration unused = exchange.scope().onCancel(stream::close);
    return GatewayResponse.of(
        200, Headers.of("content-type", "text/event-stream"), Body.of(stream));
  }
}
