package dev.postern.benchmark;

import dev.postern.core.Gateway;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * The process that is measured when nothing listens: it calls the upstream itself, with a bare
 * OkHttp client, through a gateway, or with the client whose calls a gateway takes. Works for as
 * many seconds as each line of its input says, and prints how many calls got through and how many
 * failed.
 */
public final class InProcess {
  private static final int CALLERS = 32;

  private InProcess() {}

  /** One call, to the end of its answer. */
  private interface Call {
    void run() throws IOException;
  }

  /**
   * Serves its input until it ends.
   *
   * @param args what to call with, and the port of the upstream
   */
  public static void main(String[] args) throws Exception {
    String upstream = "127.0.0.1:" + args[1];
    Call call =
        switch (args[0]) {
          case "okhttp" -> okHttp(client().build(), "http://" + upstream);
          case "handle" -> handle(Subject.llm(upstream).build());
          case "interceptor" ->
              okHttp(
                  client()
                      .addInterceptor(Subject.llm(upstream).build().asOkHttpInterceptor())
                      .build(),
                  "http://gateway");
          default -> throw new IllegalArgumentException("unknown way " + args[0]);
        };
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(work(call, Double.parseDouble(line)));
    }
  }

  private static String work(Call call, double seconds) throws InterruptedException {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    AtomicLong answers = new AtomicLong();
    AtomicInteger errors = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(CALLERS);
    for (int i = 0; i < CALLERS; i++) {
      Thread.ofVirtual()
          .start(() -> {
            long count = 0;
            try {
              for (; System.nanoTime() < end; count++) {
                call.run();
              }
            } catch (IOException | RuntimeException e) {
              errors.incrementAndGet();
            }
            answers.addAndGet(count);
            done.countDown();
          });
    }
    done.await();
    return answers.get() + " " + errors.get() + " 0 0 0";
  }

  private static OkHttpClient.Builder client() {
    return new OkHttpClient.Builder()
        .connectionPool(new ConnectionPool(CALLERS, 5, TimeUnit.MINUTES));
  }

  private static Call okHttp(OkHttpClient client, String base) {
    byte[] content = Load.body("small").getBytes(StandardCharsets.US_ASCII);
    MediaType json = MediaType.get("application/json");
    Request request =
        new Request.Builder()
            .url(base + LoadRun.PATH)
            .header("authorization", "Bearer key")
            .post(RequestBody.create(content, json))
            .build();
    return () -> {
      try (Response response = client.newCall(request).execute()) {
        check(response.code(), response.body().bytes().length);
      }
    };
  }

  private static Call handle(Gateway gateway) {
    Body content = Body.of(Load.body("small").getBytes(StandardCharsets.US_ASCII));
    GatewayRequest request =
        GatewayRequest.builder("POST", LoadRun.PATH)
            .authority("gateway")
            .header("content-type", "application/json")
            .header("authorization", "Bearer key")
            .body(content)
            .build();
    return () -> {
      GatewayResponse response = gateway.handle(request);
      long length = 0;
      try (BodyStream stream = response.body().open()) {
        for (var piece = stream.next(); piece != null; piece = stream.next()) {
          length += piece.remaining();
        }
      }
      check(response.status(), length);
    };
  }

  private static void check(int status, long length) throws IOException {
    if (status != 200 || length < 500) {
      throw new IOException("unexpected answer: " + status + " with " + length + " bytes");
    }
  }
}
