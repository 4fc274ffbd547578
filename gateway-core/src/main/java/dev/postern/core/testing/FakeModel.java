package dev.postern.core.testing;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks the OpenAI API on a free loopback port and always gives the same answer to
 * the same question.
 *
 * <p>A chat is answered with {@code You said: } and the last message; with the first tool, called
 * without arguments, when tools are offered and the last message is no tool's result. Words are
 * counted as tokens. Safe for concurrent use.
 */
public final class FakeModel implements AutoCloseable {
  /** The model that the list of models names. */
  public static final String MODEL = "fake-model";

  private static final int MAX_BODY = 16 << 20;

  private final Queue<Integer> failures = new ConcurrentLinkedQueue<>();
  private final Queue<StreamedAnswer> stalling = new ConcurrentLinkedQueue<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Semaphore abandoned = new Semaphore(0);
  private final Semaphore stalls = new Semaphore(0);
  private final Gateway server;

  private FakeModel() {
    server =
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .route("all", route -> route.backend(HandlerBackend.of("fake-model", this::answer)))
            .build();
  }

  /**
   * Starts the server.
   *
   * @throws IOException if no port can be opened
   */
  public static FakeModel start() throws IOException {
    FakeModel model = new FakeModel();
    try {
      Gateway unused = model.server.start();
      return model;
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Returns where the server is, as in {@code http://127.0.0.1:49152}, without {@code /v1}. */
  public String url() {
    return "http://127.0.0.1:" + port();
  }

  /** Returns the port the server listens on. */
  public int port() {
    return server.port();
  }

  /** Makes the next request fail with this status; called twice, the next two. */
  public void failNext(int status) {
    failures.add(status);
  }

  /** Makes the next streamed answer wait for ever after its first chunk. */
  public void stallNextStream() {
    stalls.release();
  }

  /**
   * Waits until a stalled answer was given up by its reader.
   *
   * @return whether that happened within {@code most}
   */
  public boolean awaitAbandoned(Duration most) throws InterruptedException {
    return abandoned.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Returns the requests received so far, failed ones too, in order. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Stops the server. */
  @Override
  public void close() {
    stalling.forEach(StreamedAnswer::close);
    server.close(Duration.ZERO);
  }

  /**
   * A request as it came.
   *
   * @param method the method
   * @param target path and query
   * @param headers the header lines
   * @param body the content
   */
  public record Request(String method, String target, Headers headers, String body) {
    /** Returns the content as JSON. */
    public Json json() {
      return Json.parse(body);
    }
  }

  private GatewayResponse answer(Exchange exchange, GatewayRequest request) throws IOException {
    String body = new String(request.body().readAll(MAX_BODY), StandardCharsets.UTF_8);
    requests.add(new Request(request.method(), request.target(), request.headers(), body));
    Integer failure = failures.poll();
    if (failure != null) {
      return FakeAnswers.error(failure, "failed on purpose");
    }
    if (request.path().endsWith("/models")) {
      return FakeAnswers.models();
    }
    Json question;
    try {
      question = Json.parse(body);
    } catch (JsonException e) {
      return FakeAnswers.error(400, "the body is not JSON");
    }
    if (request.path().endsWith("/embeddings")) {
      return FakeAnswers.embeddings(question);
    }
    if (!request.path().endsWith("/chat/completions")) {
      return FakeAnswers.error(404, "no such path: " + request.path());
    }
    return question.bool("stream").orElse(false)
        ? stream(exchange, FakeAnswers.chunks(question))
        : FakeAnswers.completion(question);
  }

  private GatewayResponse stream(Exchange exchange, List<String> chunks) {
    boolean stall = stalls.tryAcquire();
    @Nullable Semaphore whenAbandoned = stall ? abandoned : null;
    StreamedAnswer answer = new StreamedAnswer(chunks, whenAbandoned);
    if (stall) {
      stalling.add(answer);
      // A reader that leaves calls the exchange off; that has to end the wait in next().
      var unused = exchange.scope().onCancel(answer::close);
    }
    return GatewayResponse.of(
        200, Headers.of("content-type", "text/event-stream"), Body.of(answer));
  }
}
