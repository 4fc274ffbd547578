package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.HostBackend;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that try to get past a rule, or to say something the gateway does not see. */
class HostileClientTest {
  private ScriptedUpstream upstream;
  private Gateway gateway;

  @BeforeEach
  void start() throws Exception {
    upstream = ScriptedUpstream.answering(ScriptedUpstream.OK);
    Guard noAdmin =
        new Guard(
            "noAdmin",
            (exchange, request, next) -> {
              if (request.path().equals("/admin") || request.path().startsWith("/admin/")) {
                throw Reason.AUTHORIZATION.exception("authorization failed").status(403);
              }
              return next.proceed(exchange, request);
            });
    gateway =
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .route("r", route -> route.policy(noAdmin).backend(HostBackend.of(upstream.address())))
            .build()
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close(java.time.Duration.ZERO);
    upstream.close();
  }

  /** What a backend that decodes, merges slashes and drops parameters would serve. */
  private static String asCarelessBackend(String target) {
    String path = target.split("\\?", 2)[0];
    for (int i = 0; i < 3; i++) {
      path = path.replace('\\', '/').replaceAll("(?i)%2e", ".").replaceAll("(?i)%2f|%5c", "/");
      path = path.replaceAll("(?i)%61", "a").replaceAll("(?i)%3b", ";").replaceAll("%00.*", "");
    }
    java.util.ArrayDeque<String> kept = new java.util.ArrayDeque<>();
    for (String part : path.replaceAll(";[^/]*", "").split("/+")) {
      if (part.equals("..")) {
        kept.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        kept.add(part);
      }
    }
    return "/" + String.join("/", kept);
  }

  static List<String> waysToAdmin() {
    return List.of(
        "/admin",
        "/public/../admin",
        "/public/%2e%2e/admin",
        "/public/%2E./admin",
        "/public/..%2fadmin",
        "/public/..%2Fadmin",
        "/public%2f..%2fadmin",
        "/public/..;/admin",
        "/public/..;a=b/admin",
        "/public/%2e%2e;x/admin",
        "/public/..%3b/admin",
        "//admin",
        "///admin",
        "/./admin",
        "/%2e/admin",
        "/.;/admin",
        "/;x/admin",
        "/;/admin",
        "/%3b/admin",
        "/x/..//admin",
        "/admin%00",
        "/admin;x",
        "/admin;x=1/",
        "/admin;x=1/users",
        "/admin;/users;y=2",
        "/public;/../admin",
        "/public;a=b/../admin;c",
        "/%61dmin;x/users",
        "/admin/",
        "/%61dmin",
        "/%61%64%6d%69%6e",
        "/public\\..\\admin",
        "/public\\../admin",
        "\\admin",
        "/public/%5c../admin",
        "/public/..%5cadmin",
        "/%c0%ae%c0%ae/admin",
        "/public/%c0%ae%c0%ae/admin",
        "/public/%",
        "/%zz/../admin",
        "/public/%u002e%u002e/admin",
        "/public/..#/admin",
        "/public/../../admin",
        "http://a/public/../admin",
        "http://a//admin",
        "http://a\\admin",
        "/public/.%2e/%61dmin",
        "/public/..?/../admin",
        "/public/\t../admin",
        "/public/..\u0000/admin");
  }

  @ParameterizedTest
  @MethodSource("waysToAdmin")
  void noSpellingOfAPathPassesTheRuleThatRefusesIt(String target) throws Exception {
    String answer =
        Wire.exchange(
            gateway.port(), "GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 ").doesNotContain("<still open>");
    for (String head : upstream.heads) {
      String sent = head.split(" ")[1];
      assertThat(asCarelessBackend(sent)).as("sent %s", sent).doesNotStartWith("/admin");
      assertThat(sent).doesNotContain("..;").doesNotContain("\\").doesNotContain("//");
    }
  }

  @ParameterizedTest
  @MethodSource("waysToAdmin")
  void noSpellingPassesTheRuleInProcessEither(String target) throws Exception {
    GatewayRequest request;
    try {
      request = GatewayRequest.get(target).build();
    } catch (IllegalArgumentException e) {
      return; // A request that cannot be made cannot pass.
    }
    gateway.handle(request).close();
    for (String head : upstream.heads) {
      String sent = head.split(" ")[1];
      assertThat(asCarelessBackend(sent)).as("sent %s", sent).doesNotStartWith("/admin");
    }
  }

  @ParameterizedTest
  @CsvSource({"/admin;x=1/", "/admin;x=1/users;y=2", "/public;/../admin"})
  void aPathWithParametersIsJudgedWithoutThem(String target) throws Exception {
    assertThat(
            Wire.exchange(
                gateway.port(),
                "GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ");
    try (GatewayResponse response = gateway.handle(GatewayRequest.get(target).build())) {
      assertThat(response.status()).isEqualTo(403);
    }
  }

  @Test
  void parametersOfAPathAreSentOnAsTheyCame() throws Exception {
    gateway.handle(GatewayRequest.get("/public;v=2/a;b?c=d").build()).close();

    assertThat(upstream.heads.getFirst()).startsWith("GET /public;v=2/a;b?c=d HTTP/1.1");
  }

  static List<String> smuggled() {
    String hidden = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
    String chunked = "5\r\nhello\r\n0\r\n\r\n";
    return List.of(
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked + hidden,
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
        "Content-Length: 0\r\nContent-Length: 5\r\n\r\n" + hidden,
        "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + hidden,
        "Content-Length: 5, 5\r\n\r\nhello" + hidden,
        "Content-Length: +5\r\n\r\nhello" + hidden,
        "Content-Length: 0x5\r\n\r\nhello" + hidden,
        "Content-Length: -1\r\n\r\nhello" + hidden,
        "Content-Length : 5\r\n\r\nhello" + hidden,
        "Content-Length: 5 5\r\n\r\nhello" + hidden,
        "Content-Length: 9223372036854775808\r\n\r\n" + hidden,
        "Transfer-Encoding: chunked, identity\r\n\r\n" + chunked + hidden,
        "Transfer-Encoding: identity, chunked\r\n\r\n" + chunked + hidden,
        "Transfer-Encoding: xchunked\r\n\r\n" + chunked + hidden,
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked + hidden,
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + chunked + hidden,
        "Transfer-Encoding: gzip\r\n\r\n" + chunked + hidden,
        "Transfer-Encoding:\u000bchunked\r\n\r\n" + chunked + hidden,
        "Transfer-Encoding: \"chunked\"\r\n\r\n" + chunked + hidden,
        "Transfer-Encoding : chunked\r\n\r\n" + chunked + hidden,
        " Transfer-Encoding: chunked\r\n\r\n" + chunked + hidden,
        "X: y\r\n Transfer-Encoding: chunked\r\n\r\n" + chunked + hidden,
        "X: y\nTransfer-Encoding: chunked\r\n\r\n" + chunked + hidden,
        "X: y\rTransfer-Encoding: chunked\r\n\r\n" + chunked + hidden,
        "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n" + hidden,
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX0\r\n\r\n" + hidden,
        "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n" + hidden,
        "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n" + hidden,
        "Transfer-Encoding: chunked\r\n\r\n5;a=\"\n\"\r\nhello\r\n0\r\n\r\n" + hidden,
        "Transfer-Encoding: chunked\r\n\r\n00000000000000005\r\nhello\r\n0\r\n\r\n" + hidden,
        "Content-Length: 5\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nhello" + hidden);
  }

  @ParameterizedTest
  @MethodSource("smuggled")
  void ambiguousFramingIsRefusedOnceAndNothingHiddenIsSeen(String rest) throws Exception {
    String answers = Wire.exchange(gateway.port(), "POST /x HTTP/1.1\r\nHost: a\r\n" + rest);

    assertThat(answers).matches("(?s)HTTP/1.1 (400|501) .*").doesNotContain("<still open>");
    assertThat(Wire.statuses(answers)).isEqualTo(1);
    assertThat(upstream.heads.size()).isLessThanOrEqualTo(1);
    assertThat(upstream.heads).noneMatch(head -> head.contains("/admin"));
    assertThat(
            Wire.exchange(gateway.port(), "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @CsvSource({
    "'a, b',400",
    "a:99999,400",
    "a@b,400",
    "'[::1',400",
    "a/b,400",
    "'a b',400",
    "A.,200",
    "EXAMPLE.com,200"
  })
  void hostIsCanonicalOrRefused(String host, int status) throws Exception {
    String answer =
        Wire.exchange(
            gateway.port(), "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 " + status);
    assertThat(upstream.heads).hasSize(status == 200 ? 1 : 0);
  }

  @Test
  void forwardingHeadersOfAStrangerAreForgottenHoweverMany() throws Exception {
    String junk = "1.2.3.4, ::ffff:5.6.7.8, fe80::1%eth0, <script>, ".repeat(400);
    String answer =
        Wire.exchange(
            gateway.port(),
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: "
                + junk
                + "\r\nX-Forwarded-Host: evil\r\nForwarded: for=evil\r\nX-Real-IP: 6.6.6.6\r\n"
                + "X-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\nX-Envoy-Internal: true\r\n"
                + "X-Forwarded-Prefix: /evil\r\nx-retry-attempt: 9\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 200");
    assertThat(upstream.heads.getFirst().toLowerCase(java.util.Locale.ROOT))
        .doesNotContain("1.2.3.4")
        .doesNotContain("evil")
        .doesNotContain("6.6.6.6")
        .doesNotContain("/admin")
        .doesNotContain("x-envoy")
        .doesNotContain("x-retry-attempt")
        .contains("x-forwarded-for: 127.0.0.1\r\n");
  }

  @Test
  void connectionHeaderCannotRemoveWhatOthersRelyOn() throws Exception {
    Wire.exchange(
        gateway.port(),
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, Authorization, x-forwarded-for, Cookie,"
            + " traceparent, X-Mine\r\nAuthorization: Bearer t\r\nCookie: a=b\r\nX-Mine: 1\r\n"
            + "Proxy-Authorization: Basic c2VjcmV0\r\nKeep-Alive: 5\r\nTE: gzip\r\n\r\n");

    assertThat(upstream.heads.getFirst().toLowerCase(java.util.Locale.ROOT))
        .contains("authorization: bearer t\r\n")
        .contains("cookie: a=b\r\n")
        .contains("x-forwarded-for: 127.0.0.1\r\n")
        .doesNotContain("x-mine")
        .doesNotContain("proxy-authorization")
        .doesNotContain("keep-alive: 5")
        .doesNotContain("te: gzip");
  }

  @ParameterizedTest
  @ValueSource(strings = {"X_User_Id: 1", "x-user-id : 1", "x-user-id\t: 1", "x-us\u00e9r: 1"})
  void headerNamesThatFoldIntoOthersAreRefused(String header) throws Exception {
    assertThat(
            Wire.exchange(
                gateway.port(),
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + header + "\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
    assertThat(upstream.heads).isEmpty();
  }

  @Test
  void traceAndConnectAreRefused() throws Exception {
    for (String line : List.of("TRACE / HTTP/1.1", "TRACK / HTTP/1.1", "CONNECT a:1 HTTP/1.1")) {
      assertThat(Wire.exchange(gateway.port(), line + "\r\nHost: a:1\r\nConnection: close\r\n\r\n"))
          .as(line)
          .startsWith("HTTP/1.1 405 ");
    }
    assertThat(upstream.heads).isEmpty();
  }

  @Test
  void unknownExpectationIsRefusedAndContinueIsSaidOnlyWhenTheBodyIsWanted() throws Exception {
    assertThat(
            Wire.exchange(
                gateway.port(),
                "POST / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nContent-Length: 1\r\n\r\nx"))
        .startsWith("HTTP/1.1 417 ");
    try (Wire wire = new Wire(gateway.port())) {
      wire.send(
          "POST /admin HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
      assertThat(wire.readUntil("\r\n")).startsWith("HTTP/1.1 403 ");
    }
    assertThat(upstream.heads).isEmpty();
    try (Wire wire = new Wire(gateway.port())) {
      wire.send("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
      assertThat(wire.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 ");
      assertThat(wire.send("hello").readUntil("\r\n")).startsWith("HTTP/1.1 200 ");
    }
    assertThat(upstream.heads.getFirst()).doesNotContainIgnoringCase("expect:");
  }
}
