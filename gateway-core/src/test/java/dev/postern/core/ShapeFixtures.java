package dev.postern.core;

import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.upstream.UpstreamCall;
import dev.postern.core.upstream.UpstreamClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the tests of the shape share: toy policies, backends and bodies. */
final class ShapeFixtures {
  private ShapeFixtures() {}

  /** Errors of a protocol that only exists here, so that nothing else can have written them. */
  static final ErrorRenderer TOY_ERRORS =
      (error, exchange, request) ->
          GatewayResponse.of(
              error.status(),
              Headers.of("content-type", "application/toy"),
              Body.of("toy:" + error.reason().label() + ":" + error.message()));

  static GatewayBuilder gateway() {
    return Gateway.builder().upstream(new NoUpstream());
  }

  static GatewayBuilder gateway(Handler backend, InterceptingPolicy... policies) {
    return gateway()
        .route(
            "toy",
            route -> {
              for (InterceptingPolicy policy : policies) {
                route.policy(policy);
              }
              route.backend(new HandlerBackend("toy", backend, TOY_ERRORS));
            });
  }

  static String text(GatewayResponse response) throws IOException {
    return new String(response.body().readAll(1 << 20), StandardCharsets.UTF_8);
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A policy of any kind at any phase, for the behaviour of chains. */
  record ToyPolicy(String kind, Phase at, Interceptor behaviour) implements InterceptingPolicy {
    @Override
    public Phase phase(Place place) {
      return at;
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      return behaviour;
    }
  }

  /** A stream of given pieces, which may end in a failure. */
  static final class Pieces implements BodyStream {
    private final Queue<ByteBuffer> pieces = new ArrayDeque<>();
    private final @Nullable IOException failure;
    volatile int closed;

    Pieces(@Nullable IOException failure, String... pieces) {
      this.failure = failure;
      for (String piece : pieces) {
        this.pieces.add(bytes(piece));
      }
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
      ByteBuffer next = pieces.poll();
      if (next == null && failure != null) {
        throw failure;
      }
      return next;
    }

    @Override
    public void close() {
      closed++;
    }
  }

  /** A stream fed from another thread; its reader waits, and a cancelled scope ends the wait. */
  static final class Fed implements BodyStream {
    private static final ByteBuffer END = ByteBuffer.allocate(0);
    private final LinkedBlockingQueue<ByteBuffer> pieces = new LinkedBlockingQueue<>();
    private final Scope scope;
    volatile boolean closed;

    Fed(Scope scope) {
      this.scope = scope;
      scope.onCancel(() -> pieces.add(END));
    }

    void feed(String text) {
      pieces.add(bytes(text));
    }

    void finish() {
      pieces.add(END);
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
      try {
        ByteBuffer piece = pieces.poll(30, TimeUnit.SECONDS);
        scope.check();
        return piece == null || piece == END ? null : piece;
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public boolean ready() {
      return !pieces.isEmpty();
    }

    @Override
    public void close() {
      closed = true;
      pieces.add(END);
    }
  }

  /** Fails when a test calls upstream that has no upstream. */
  static final class NoUpstream implements UpstreamClient {
    @Override
    public GatewayResponse call(UpstreamCall call, Scope scope) {
      throw new AssertionError("no upstream in this test");
    }

    @Override
    public void close() {}
  }

  static List<String> values(GatewayResponse response, String name) {
    return response.headers().all(name);
  }
}
