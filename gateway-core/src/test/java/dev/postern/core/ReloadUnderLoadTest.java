package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.RouteMatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

class ReloadUnderLoadTest {
  private static final int ROUTES = 1000;
  private static final int RELOADS = 100;
  private static final int CLIENTS = 4;

  private final OkHttpClient client =
      new OkHttpClient.Builder().retryOnConnectionFailure(false).build();
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicInteger answered = new AtomicInteger();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  private static GatewayConfig config(int generation) {
    GatewayBuilder builder =
        Gateway.builder().gateway("default", Bind.port(0).address("127.0.0.1"));
    for (int i = 0; i < ROUTES; i++) {
      String answer = "route " + i + " of " + generation;
      HandlerBackend backend =
          HandlerBackend.of("h", (exchange, request) -> GatewayResponse.text(200, answer));
      String path = "/r" + i;
      builder.route("r" + i, route -> route.matches(RouteMatch.pathPrefix(path)).backend(backend));
    }
    return builder.toConfig();
  }

  @Test
  void noRequestFailsWhileAThousandRoutesAreReloadedAHundredTimes() throws Exception {
    try (Gateway gateway = Gateway.from(config(0)).start()) {
      CountDownLatch running = new CountDownLatch(CLIENTS);
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int first = i * ROUTES / CLIENTS;
        clients.add(Thread.ofPlatform().start(() -> load(gateway.port(), first, running)));
      }
      running.await();
      int before = answered.get();
      for (int generation = 1; generation <= RELOADS; generation++) {
        assertThat(gateway.reload(config(generation)).status())
            .isEqualTo(ReloadResult.Status.APPLIED);
      }
      int during = answered.get() - before;
      done.set(true);
      for (Thread thread : clients) {
        thread.join();
      }
      assertThat(failures).isEmpty();
      assertThat(during).isPositive();
    } finally {
      done.set(true);
    }
  }

  private void load(int port, int first, CountDownLatch running) {
    for (int i = first; !done.get(); i = (i + 1) % ROUTES) {
      Request request = new Request.Builder().url("http://127.0.0.1:" + port + "/r" + i).build();
      try (Response response = client.newCall(request).execute()) {
        String text = response.body().string();
        if (response.code() != 200 || !text.startsWith("route " + i + " of ")) {
          failures.add(response.code() + " " + text);
        }
        answered.incrementAndGet();
      } catch (IOException e) {
        failures.add(e.toString());
      }
      running.countDown();
    }
  }
}
