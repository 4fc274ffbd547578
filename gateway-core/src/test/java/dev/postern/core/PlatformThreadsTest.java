package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.listener.ExchangeExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pool of platform threads that Java 21 to 23 use, forced on any version. */
@Timeout(60)
class PlatformThreadsTest {
  private final BlockingQueue<RequestRecord> ended = new LinkedBlockingQueue<>();

  private Gateway start(int threads, Handler backend) throws IOException {
    return Gateway.builder()
        .gateway("default", Bind.port(0).address("127.0.0.1"))
        .executor(ExchangeExecutor.platform(threads))
        .requestListener(ended::add)
        .route("r", route -> route.backend(HandlerBackend.of("h", backend)))
        .build()
        .start();
  }

  private static Socket send(Gateway gateway, String path) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
    socket.setSoTimeout(10_000);
    String request = "GET " + path + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String answer(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  @Test
  void clientThatLeavesWhileWaitingEndsTheWaitAndFreesTheThread() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    Handler backend =
        (exchange, request) -> {
          if (request.path().equals("/slow")) {
            waiting.countDown();
            exchange.attemptScope().sleep(Duration.ofMinutes(10));
          }
          return GatewayResponse.text(200, "quick");
        };
    try (Gateway gateway = start(1, backend)) {
      Socket leaving = send(gateway, "/slow");
      waiting.await();

      leaving.close();

      RequestRecord record = ended.poll(10, TimeUnit.SECONDS);
      assertThat(record.reason()).isEqualTo(Reason.CANCELLED);
      String answer = answer(send(gateway, "/"));
      while (answer.startsWith("HTTP/1.1 503")) {
        // The thread is on its way back to the pool.
        answer = answer(send(gateway, "/"));
      }
      assertThat(answer).endsWith("quick");
    }
  }

  @Test
  void nestedCallsStayOnTheThreadOfTheFirst() throws Exception {
    AtomicReference<Gateway> self = new AtomicReference<>();
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    Handler backend =
        (exchange, request) -> {
          threads.add(Thread.currentThread());
          int depth = Integer.parseInt(request.path().substring(1));
          if (depth == 0) {
            return GatewayResponse.text(200, "bottom");
          }
          GatewayResponse inner =
              self.get()
                  .handle(GatewayRequest.get("/" + (depth - 1)).build(), exchange.attemptScope());
          return GatewayResponse.text(200, ShapeFixtures.text(inner));
        };
    try (Gateway gateway = start(2, backend)) {
      self.set(gateway);

      assertThat(answer(send(gateway, "/6"))).startsWith("HTTP/1.1 200").endsWith("bottom");

      assertThat(threads).hasSize(1);
      assertThat(threads).noneMatch(Thread::isVirtual);
    }
  }

  @Test
  void requestBeyondTheCapIsRefusedAndLeavesTheOthersAlone() throws Exception {
    CountDownLatch entered = new CountDownLatch(2);
    CountDownLatch leave = new CountDownLatch(1);
    Handler backend =
        (exchange, request) -> {
          entered.countDown();
          await(leave);
          return GatewayResponse.text(200, "served");
        };
    try (Gateway gateway = start(2, backend)) {
      Socket one = send(gateway, "/1");
      Socket two = send(gateway, "/2");
      entered.await();

      assertThat(answer(send(gateway, "/3")))
          .startsWith("HTTP/1.1 503")
          .containsIgnoringCase("\r\nretry-after: 1\r\n")
          .endsWith("\r\n\r\noverloaded");

      leave.countDown();
      assertThat(answer(one)).endsWith("served");
      assertThat(answer(two)).endsWith("served");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
