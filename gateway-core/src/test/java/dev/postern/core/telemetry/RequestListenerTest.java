package dev.postern.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.http.GatewayRequest;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestListenerTest {
  private static final GatewayRequest GET = GatewayRequest.get("/v1/models").build();

  @Test
  void isToldOfTheFinishedRecordByAThreadOfItsOwn() throws Exception {
    CompletableFuture<RequestRecord> told = new CompletableFuture<>();
    CompletableFuture<Thread> teller = new CompletableFuture<>();
    RequestListener listener =
        record -> {
          teller.complete(Thread.currentThread());
          told.complete(record);
        };
    try (Telemetry telemetry = Telemetry.builder().requestListener(listener).build()) {
      Exchange exchange = new TestRequests(telemetry).done(GET);

      assertThat(told.get(10, TimeUnit.SECONDS)).isSameAs(exchange.record());
      assertThat(teller.join()).isNotSameAs(Thread.currentThread());
      assertThat(exchange.record().endNanos()).isPositive();
    }
  }

  @Test
  void isToldOfTheNextRequestAlsoAfterItFailed() {
    BlockingQueue<RequestRecord> told = new LinkedBlockingQueue<>();
    RequestListener listener =
        record -> {
          told.add(record);
          throw new IllegalStateException("expected by this test");
        };
    Telemetry telemetry = Telemetry.builder().requestListener(listener).build();
    TestRequests requests = new TestRequests(telemetry);
    Exchange first = requests.done(GET);
    Exchange second = requests.done(GET);
    telemetry.close();

    assertThat(told).containsExactly(first.record(), second.record());
  }
}
