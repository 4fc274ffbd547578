package dev.postern.llm.functional;

import static dev.postern.llm.functional.ScriptedModels.BUFFERED;
import static dev.postern.llm.functional.ScriptedModels.CHAT;
import static dev.postern.llm.functional.ScriptedModels.HELLO;
import static dev.postern.llm.functional.ScriptedModels.ROLE;
import static dev.postern.llm.functional.ScriptedModels.STREAMED;
import static dev.postern.llm.functional.ScriptedModels.USAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.GatewayResponse;
import dev.postern.llm.functional.ScriptedProvider.Call;
import dev.postern.llm.usage.LlmRecord;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that go away, or read slowly. */
class ClientGoneTest {
  private final Semaphore asked = new Semaphore(0);
  private ScriptedModels models;

  @BeforeEach
  void start() throws IOException {
    models = new ScriptedModels();
  }

  @AfterEach
  void stop() throws IOException {
    models.close();
  }

  @Test
  void midStreamEndsTheCallToTheProviderWithinASecond() throws Exception {
    models.first.then(call -> call.stream().piece(ROLE).piece(HELLO).piece(USAGE).awaitEnd());
    try (Socket socket = ask(STREAMED)) {
      readUntil(socket.getInputStream(), "Hello");
    }
    assertGone();
    RequestRecord record = models.record();
    assertThat(record.reason()).isEqualTo(Reason.CANCELLED);
    LlmRecord llm = (LlmRecord) record.protocolFields();
    assertThat(llm.responseModel()).isEqualTo("m-1");
    assertThat(llm.timeToFirstToken()).isPositive();
    assertThat(models.second.calls).isEmpty();
  }

  @Test
  void whileTheFirstContentIsAwaitedEndsTheCall() throws Exception {
    models.first.then(call -> {
      call.stream().piece(ROLE);
      asked.release();
      call.awaitEnd();
    });
    try (Socket socket = ask(STREAMED)) {
      assertThat(asked.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
    }
    assertGone();
    assertThat(models.record().reason()).isEqualTo(Reason.CANCELLED);
    assertThat(models.second.calls).isEmpty();
  }

  @Test
  void beforeTheFirstByteEndsTheCall() throws Exception {
    for (String request : new String[] {STREAMED, BUFFERED}) {
      models.first.then(this::silent);
      try (Socket socket = ask(request)) {
        assertThat(asked.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
      }
      assertGone();
      RequestRecord record = models.record();
      assertThat(record.reason()).isEqualTo(Reason.CANCELLED);
      assertThat(record.status()).isEqualTo(499);
    }
    assertThat(models.second.calls).isEmpty();
  }

  @Test
  void withinAWholeAnswerEndsTheCall() throws Exception {
    models.first.then(call -> {
      call.raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{");
      call.awaitEnd();
    });
    try (Socket socket = ask(BUFFERED)) {
      readUntil(socket.getInputStream(), "{");
    }
    assertGone();
    assertThat(models.record().reason()).isEqualTo(Reason.CANCELLED);
  }

  @Test
  void aGoneClientIsNoFailureOfTheProvider() throws Exception {
    models.first.then(call -> call.stream().piece(ROLE).piece(HELLO).awaitEnd());
    try (Socket socket = ask(STREAMED)) {
      readUntil(socket.getInputStream(), "Hello");
    }
    assertGone();
    models.record();
    assertThat(models.chat(Caller.LISTENER).headers().get("x-gateway-provider")).isEqualTo("first");
  }

  @Test
  void aCallerWithinTheProcessThatGivesUpEndsTheCall() throws Exception {
    models.first.then(call -> call.stream().piece(ROLE).piece(HELLO).awaitEnd());
    GatewayResponse response = models.gateway.handle(Caller.request(CHAT, STREAMED));
    response.body().open().next();
    response.close();
    assertGone();
    assertThat(models.record().outcome().kind()).isEqualTo(Outcome.Kind.ABANDONED);
  }

  @Test
  void aCallerWithinTheProcessMayCancelFromAnotherThread() throws Exception {
    models.first.then(this::silent);
    Scope scope = models.gateway.newScope();
    Thread canceller =
        Thread.startVirtualThread(() -> {
          try {
            asked.acquire();
            scope.cancel(Reason.CANCELLED.exception("enough"));
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    try (GatewayResponse response = models.gateway.handle(Caller.request(CHAT, STREAMED), scope)) {
      assertThat(response.status()).isEqualTo(499);
    }
    canceller.join();
    assertGone();
    assertThat(models.second.calls).isEmpty();
  }

  @Test
  void aSlowReaderHoldsTheProviderBack() throws Exception {
    AtomicLong sent = new AtomicLong();
    String filler = ScriptedModels.chunk("{\"content\":\"" + "x".repeat(60_000) + "\"}", "null");
    models.first.then(call -> {
      call.stream().piece(ROLE);
      for (int i = 0; i < 1000; i++) {
        call.piece(filler);
        sent.addAndGet(filler.length());
      }
      call.piece(ScriptedModels.DONE).end();
    });
    try (Socket socket = ask(STREAMED)) {
      InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
      readUntil(in, "xxx");
      long before = -1;
      // Stops growing once every buffer on the way is full.
      while (sent.get() != before) {
        before = sent.get();
        in.readNBytes(1000);
        assertThat(asked.tryAcquire(300, TimeUnit.MILLISECONDS)).isFalse();
      }
      assertThat(before).isLessThan(40_000_000L);
      readUntil(in, "[DONE]");
    }
    assertThat(models.record().outcome().kind()).isEqualTo(Outcome.Kind.DONE);
  }

  private void silent(Call call) {
    asked.release();
    call.awaitEnd();
  }

  private void assertGone() throws InterruptedException {
    assertThat(models.first.ended.poll(1, TimeUnit.SECONDS)).isEqualTo("ended");
  }

  private Socket ask(String body) throws IOException {
    Socket socket = Caller.open(models.gateway);
    socket.getOutputStream().write(Caller.bytes(Caller.request(CHAT, body), ""));
    return socket;
  }

  private static void readUntil(InputStream in, String text) throws IOException {
    byte[] wanted = text.getBytes(UTF_8);
    int found = 0;
    while (found < wanted.length) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("ended before " + text);
      }
      found = next == wanted[found] ? found + 1 : next == wanted[0] ? 1 : 0;
    }
  }
}
