package dev.postern.core.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.http.HttpVersion;
import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HttpListenerTest {
  @Test
  void handsTheRequestOverAsItCame() throws Exception {
    AtomicReference<GatewayRequest> seen = new AtomicReference<>();
    try (TestListener listener =
            TestListener.open((exchange, request) -> {
              seen.set(request);
              return GatewayResponse.text(200, "ok");
            });
        RawClient client = listener.client()) {
      client.send(
          "GET /a%20b?x=1&y HTTP/1.1\r\nHost: Example.com:81\r\nX-One: 1\r\nx-one: two \r\n\r\n");
      client.read();
    }
    GatewayRequest request = seen.get();
    assertThat(request.toString()).isEqualTo("GET http://Example.com:81/a%20b");
    assertThat(request.query()).isEqualTo("x=1&y");
    assertThat(request.version()).isEqualTo(HttpVersion.HTTP_1_1);
    assertThat(request.headers()).isEqualTo(Headers.of("X-One", "1", "x-one", "two"));
    assertThat(request.body()).isSameAs(Body.empty());
  }

  @Test
  void writesTheResponseAsItWasGiven() throws Exception {
    Headers headers =
        Headers.of("X-One", "1", "Set-Cookie", "a=b", "x-one", "two", "Set-Cookie", "c");
    try (TestListener listener =
            TestListener.open(
                (exchange, request) -> GatewayResponse.of(207, headers, Body.of("hello")));
        RawClient client = listener.client()) {
      assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().head())
          .isEqualTo(
              """
              HTTP/1.1 207 Multi-Status
              X-One: 1
              Set-Cookie: a=b
              x-one: two
              Set-Cookie: c
              content-length: 5
              """);
    }
  }

  @Test
  void answersRequestsOnOneConnectionInTheirOrder() throws Exception {
    try (TestListener listener =
            TestListener.open((exchange, request) -> GatewayResponse.text(200, request.path()));
        RawClient client = listener.client()) {
      client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
      client.send(
          "POST /3 HTTP/1.1\r\n"
              + "Host: a\r\n"
              + "Content-Length: 3\r\n\r\n"
              + "abcGET /4 HTTP/1.1\r\n"
              + "Host: a\r\n\r\n");
      for (int i = 1; i <= 4; i++) {
        assertThat(client.read().body()).isEqualTo("/" + i);
      }
    }
  }

  @Test
  void readsBodiesOfEitherFraming() throws Exception {
    try (TestListener listener =
            TestListener.open((exchange, request) ->
                GatewayResponse.text(
                    200,
                    request.body().length()
                        + ":"
                        + new String(request.body().readAll(100), StandardCharsets.UTF_8)));
        RawClient client = listener.client()) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
      client.send("llo");
      assertThat(client.read().body()).isEqualTo("5:hello");
      client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n");
      client.send("3;a=b\r\nllo\r\n0\r\nTrailer: x\r\n\r\n");
      assertThat(client.read().body()).isEqualTo("-1:hello");
    }
  }

  @Test
  void answersHeadWithTheLengthAndWithoutTheBody() throws Exception {
    try (TestListener listener =
            TestListener.open((exchange, request) -> GatewayResponse.text(200, "hello"));
        RawClient client = listener.client()) {
      client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.read(true).header("content-length")).isEqualTo("5");
      assertThat(client.read().body()).isEqualTo("hello");
    }
  }

  @Test
  void closesBehindAnswersToOldClients() throws Exception {
    try (TestListener listener =
            TestListener.open((exchange, request) ->
                GatewayResponse.of(200, Headers.EMPTY, Body.of(Pieces.of("one", "two"))));
        RawClient client = listener.client()) {
      RawClient.Answer answer = client.send("GET / HTTP/1.0\r\n\r\n").read();
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(answer.body()).isEqualTo("onetwo");
    }
  }

  @Test
  void rendersErrorsThatNobodyDid() throws Exception {
    try (TestListener listener =
            TestListener.open((exchange, request) -> {
              switch (request.path()) {
                case "/limit" ->
                    throw Reason.RATE_LIMIT.exception("slow down").header("retry-after", "3");
                case "/io" -> throw new IOException("secret detail");
                default -> throw new IllegalStateException("secret detail");
              }
            });
        RawClient client = listener.client()) {
      RawClient.Answer answer = client.send("GET /limit HTTP/1.1\r\nHost: a\r\n\r\n").read();
      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.header("retry-after")).isEqualTo("3");
      assertThat(answer.body()).isEqualTo("slow down");
      for (String path : new String[] {"/io", "/bug"}) {
        answer = client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").read();
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).isEqualTo("internal error");
      }
    }
  }

  @Test
  void saysWhichAddressIsTaken() throws Exception {
    try (TestListener first = TestListener.open((exchange, request) -> GatewayResponse.of(200))) {
      BindSettings same = BindSettings.of("127.0.0.1", first.port());
      assertThatThrownBy(() ->
              TestListener.open(
                  same, ExchangeExecutor.AUTO, (exchange, request) -> GatewayResponse.of(200)))
          .isInstanceOf(BindException.class)
          .hasMessageStartingWith("127.0.0.1:" + first.port() + ": ");
    }
  }

  @Test
  void severalListenersShareOneRuntime() throws Exception {
    try (ListenerRuntime runtime = ListenerRuntime.create(ExchangeExecutor.AUTO);
        HttpListener one =
            HttpListener.open(
                runtime,
                TestListener.bind(),
                (exchange, request) -> GatewayResponse.text(200, "1"));
        HttpListener two =
            HttpListener.open(
                runtime,
                TestListener.bind(),
                (exchange, request) -> GatewayResponse.text(200, "2"));
        RawClient toOne = new RawClient(one.port());
        RawClient toTwo = new RawClient(two.port())) {
      assertThat(toOne.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().body()).isEqualTo("1");
      assertThat(toTwo.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().body()).isEqualTo("2");
      assertThatThrownBy(() ->
              HttpListener.open(
                  runtime,
                  BindSettings.of("127.0.0.1", one.port()),
                  (exchange, request) -> GatewayResponse.of(200)))
          .isInstanceOf(BindException.class);
    }
  }
}
