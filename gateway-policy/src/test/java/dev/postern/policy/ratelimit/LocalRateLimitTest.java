package dev.postern.policy.ratelimit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.TargetedPolicy;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.Configs;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.policy.functional.Doorway;
import dev.postern.policy.functional.Doorway.Answer;
import dev.postern.policy.functional.FakeExpressions;
import dev.postern.policy.functional.ManualTimers;
import dev.postern.policy.traffic.DirectResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LocalRateLimitTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final GatewayRequest GET = GatewayRequest.get("/").build();

  private final ManualTimers timers = new ManualTimers();
  private final BlockingQueue<RequestRecord> records = new LinkedBlockingQueue<>();
  private Headers upstream = Headers.EMPTY;
  private Gateway gateway;

  @AfterEach
  void close() {
    if (gateway != null) {
      gateway.close();
    }
  }

  private GatewayBuilder builder() {
    return Gateway.builder()
        .timers(timers)
        .requestListener(records::add)
        .expressions(FakeExpressions.ENGINE);
  }

  private Gateway limitedBy(RateLimit... limits) throws IOException {
    return limitedBy(LocalRateLimit.of(limits));
  }

  private Gateway limitedBy(Policy policy) throws IOException {
    gateway = builder().config(config(policy)).build().start();
    return gateway;
  }

  private GatewayConfig config(Policy policy) {
    return Gateway.builder()
        .gateway("default", Bind.port(0).address("127.0.0.1"))
        .route(
            "r",
            route ->
                route
                    .policy(policy)
                    .backend(
                        HandlerBackend.of(
                            "b",
                            (exchange, request) -> GatewayResponse.of(200).withHeaders(upstream))))
        .toConfig();
  }

  private static GatewayRequest from(String user) {
    return GatewayRequest.get("/").header("user", user).build();
  }

  private int status(GatewayRequest request) throws IOException {
    return Doorway.IN_PROCESS.send(gateway, request).status();
  }

  @ParameterizedTest
  @EnumSource(Doorway.class)
  @DisplayName("RL-4, RL-5: headers on every response, 429 with retry-after when nothing is left")
  void responsesTellWhatIsLeft(Doorway door) throws Exception {
    limitedBy(RateLimit.requests(2, MINUTE));
    timers.advance(Duration.ofMillis(500));
    assertThat(door.send(gateway, GET))
        .satisfies(answer -> {
          assertThat(answer.status()).isEqualTo(200);
          assertThat(answer.header("x-ratelimit-limit")).isEqualTo("2");
          assertThat(answer.header("x-ratelimit-remaining")).isEqualTo("1");
        });
    door.send(gateway, GET);
    Answer refused = door.send(gateway, GET);
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.body()).isEqualTo("rate limit exceeded");
    assertThat(refused.header("x-ratelimit-limit")).isEqualTo("2");
    assertThat(refused.header("x-ratelimit-remaining")).isEqualTo("0");
    assertThat(refused.header("x-ratelimit-reset")).isEqualTo("60");
    assertThat(refused.header("retry-after")).isEqualTo("60");
    assertThat(refused.header("cache-control")).isEqualTo("no-store");
    RequestRecord record = refusedRecord();
    assertThat(record.reason()).isEqualTo(Reason.RATE_LIMIT);
    assertThat(record.error()).isEqualTo("routes.default/r.localRateLimit[0]");

    timers.advance(MINUTE);
    assertThat(door.send(gateway, GET).status()).isEqualTo(200);
  }

  private RequestRecord refusedRecord() throws InterruptedException {
    while (true) {
      RequestRecord record = records.poll(10, TimeUnit.SECONDS);
      if (record == null || record.status() == 429) {
        return requireNonNull(record, "no request was refused");
      }
    }
  }

  @Test
  void yamlAndBuilderAgree() throws IOException {
    LocalRateLimit built =
        LocalRateLimit.of(
            RateLimit.builder(20, 10, MINUTE).key("request.headers.user").maxKeys(5).build(),
            RateLimit.builder(9, 9, MINUTE)
                .descriptors(
                    new RateLimit.Descriptor(
                        List.of(
                            new RateLimit.Descriptor.Part(
                                "user", ExpressionText.parse("request.headers.user")))))
                .onKeyError(RateLimit.OnKeyError.DENY)
                .cost("2")
                .build(),
            RateLimit.builder(500, 100, MINUTE)
                .type(RateLimit.Type.TOKENS)
                .reserveOutput(true)
                .headers(RateLimit.Headers.NONE)
                .build());
    GatewayConfig read =
        Configs.fromYaml(
            """
            gateways:
              default: {port: 8080}
            routes:
            - policies:
                localRateLimit:
                - {maxTokens: 20, tokensPerFill: 10, fillInterval: 1m, key: request.headers.user,
                   maxKeys: 5, algorithm: tokenBucket}
                - maxTokens: 9
                  tokensPerFill: 9
                  fillInterval: 60s
                  onKeyError: deny
                  cost: 2
                  descriptors:
                  - entries: [{key: user, value: request.headers.user}]
                - {maxTokens: 500, tokensPerFill: 100, fillInterval: 1m, type: tokens,
                   reserveOutput: true, headers: none}
              backends: [{host: "localhost:1"}]
            """);
    assertThat(read.routes().getFirst().policies().find(LocalRateLimit.class)).isEqualTo(built);
    assertThat(Configs.fromYaml(Configs.toYaml(read))).isEqualTo(read);
  }

  @Test
  void eachKeyHasItsOwnBucket() throws IOException {
    limitedBy(RateLimit.requests(1, MINUTE).by("request.headers.user"));
    assertThat(status(from("a"))).isEqualTo(200);
    assertThat(status(from("a"))).isEqualTo(429);
    assertThat(status(from("b"))).isEqualTo(200);
  }

  @Test
  void keysMayBeListsAndDescriptorsHaveSeveralParts() throws IOException {
    limitedBy(
        RateLimit.requests(1, MINUTE).by("[request.headers.user, request.path]"),
        RateLimit.builder(3, 3, MINUTE)
            .descriptors(
                new RateLimit.Descriptor(
                    List.of(
                        new RateLimit.Descriptor.Part(
                            "user", ExpressionText.parse("request.headers.user")))))
            .build());
    assertThat(status(from("a"))).isEqualTo(200);
    assertThat(status(from("a"))).isEqualTo(429);
    for (String path : List.of("/1", "/2")) {
      assertThat(status(GatewayRequest.get(path).header("user", "a").build())).isEqualTo(200);
    }
    assertThat(status(GatewayRequest.get("/3").header("user", "a").build())).isEqualTo(429);
    assertThat(status(GatewayRequest.get("/3").header("user", "b").build())).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"SHARED, 200, 429", "DENY, 429, 429", "SKIP, 200, 200"})
  @DisplayName("14.1 onKeyError")
  void requestsWithoutAKey(RateLimit.OnKeyError onKeyError, int first, int second)
      throws IOException {
    limitedBy(
        RateLimit.builder(1, 1, MINUTE).key("request.headers.user").onKeyError(onKeyError).build());
    assertThat(status(GET)).isEqualTo(first);
    assertThat(status(GET)).isEqualTo(second);
    assertThat(status(from("a"))).as("a key of its own").isEqualTo(200);
    assertThat(status(from(""))).as("an empty key is a key").isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "3, 7, 429",
    "0, 10, 200",
    "-5, 9, 200",
    "fail(), 9, 200",
    "'''x''', 9, 200",
    "11, 10, 429",
  })
  @DisplayName("14.1 cost: an error costs 1, 0 nothing; RL-1: more than the capacity never passes")
  void requestsCostWhatTheyAreWorth(String cost, String left, int last) throws IOException {
    limitedBy(RateLimit.builder(10, 10, MINUTE).cost(cost).build());
    Answer answer = Doorway.IN_PROCESS.send(gateway, GET);
    assertThat(answer.header("x-ratelimit-remaining")).isEqualTo(left);
    for (int i = 0; i < 3; i++) {
      answer = Doorway.IN_PROCESS.send(gateway, GET);
    }
    assertThat(answer.status()).isEqualTo(last);
    boolean never = cost.equals("11");
    assertThat(answer.header("retry-after")).isEqualTo(last == 429 && !never ? "60" : null);
  }

  @Test
  @DisplayName("RL-1, RL-4: none is charged unless all allow; the tightest entry is told")
  void noneIsChargedUnlessAllAllow() throws IOException {
    limitedBy(
        RateLimit.requests(100, Duration.ofHours(1)),
        RateLimit.requests(1, MINUTE).by("request.headers.user"));
    assertThat(Doorway.IN_PROCESS.send(gateway, from("a")).header("x-ratelimit-limit"))
        .isEqualTo("1");
    for (int i = 0; i < 50; i++) {
      assertThat(status(from("a"))).isEqualTo(429);
    }
    for (int i = 1; i < 100; i++) {
      assertThat(status(from("u" + i))).isEqualTo(200);
    }
    Answer refused = Doorway.IN_PROCESS.send(gateway, from("z"));
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.header("x-ratelimit-limit")).isEqualTo("100");
  }

  @Test
  @DisplayName("RL-4: headers: none switches them off")
  void headersCanBeSwitchedOff() throws IOException {
    upstream = Headers.of("x-ratelimit-limit", "7");
    limitedBy(RateLimit.builder(1, 1, MINUTE).headers(RateLimit.Headers.NONE).build());
    assertThat(Doorway.IN_PROCESS.send(gateway, GET).headers()).isEqualTo(upstream);
    assertThat(Doorway.IN_PROCESS.send(gateway, GET).headers().contains("x-ratelimit-limit"))
        .isFalse();
  }

  @Test
  @DisplayName("RL-5: gRPC clients get status 14")
  void grpcClientsGetUnavailable() throws IOException {
    limitedBy(RateLimit.requests(1, MINUTE));
    GatewayRequest call =
        GatewayRequest.builder("POST", "/s/m").header("content-type", "application/grpc").build();
    status(call);
    Answer refused = Doorway.IN_PROCESS.send(gateway, call);
    assertThat(refused.status()).isEqualTo(200);
    assertThat(refused.header("grpc-status")).isEqualTo("14");
  }

  @Test
  @DisplayName("RL-6: what is counted outlives a reload, and changes in proportion to the capacity")
  void countsOutliveReloads() throws IOException {
    limitedBy(RateLimit.builder(10, 5, MINUTE).build());
    for (int i = 0; i < 6; i++) {
      status(GET);
    }
    gateway.reload(config(LocalRateLimit.of(RateLimit.builder(100, 5, MINUTE).build())));
    assertThat(Doorway.IN_PROCESS.send(gateway, GET).header("x-ratelimit-remaining"))
        .isEqualTo("39");
    gateway.reload(
        config(
            LocalRateLimit.of(
                RateLimit.requests(7, MINUTE), RateLimit.builder(100, 5, MINUTE).build())));
    assertThat(Doorway.IN_PROCESS.send(gateway, GET).header("x-ratelimit-remaining"))
        .as("the old limit, whose place in the list changed, has more left than the new one")
        .isEqualTo("6");
    gateway.reload(config(LocalRateLimit.of(RateLimit.builder(100, 5, MINUTE).build())));
    assertThat(Doorway.IN_PROCESS.send(gateway, GET).header("x-ratelimit-remaining"))
        .isEqualTo("37");
    gateway.reload(config(LocalRateLimit.of(RateLimit.builder(100, 6, MINUTE).build())));
    assertThat(Doorway.IN_PROCESS.send(gateway, GET).header("x-ratelimit-remaining"))
        .as("another limit begins anew")
        .isEqualTo("99");
  }

  @Test
  void aPolicyAttachedByNameIsOneLimitForAllItsRoutes() throws IOException {
    gateway =
        twoRoutes()
            .policy(
                new TargetedPolicy(
                    "shared",
                    new TargetedPolicy.Target.Gateway("default", null),
                    Place.ROUTE,
                    LocalRateLimit.of(RateLimit.requests(1, MINUTE))))
            .build();
    assertThat(status(GatewayRequest.get("/a").build())).isEqualTo(200);
    assertThat(status(GatewayRequest.get("/b").build())).isEqualTo(429);
  }

  @Test
  void equalPoliciesOfTwoRoutesAreTwoLimits() throws IOException {
    gateway = twoRoutes(LocalRateLimit.of(RateLimit.requests(1, MINUTE))).build();
    assertThat(status(GatewayRequest.get("/a").build())).isEqualTo(200);
    assertThat(status(GatewayRequest.get("/b").build())).isEqualTo(200);
    assertThat(status(GatewayRequest.get("/b").build())).isEqualTo(429);
  }

  @Test
  void equalEntriesOfAConditionalLimitAreTwoLimits() throws IOException {
    LocalRateLimit one = LocalRateLimit.of(RateLimit.requests(1, MINUTE));
    limitedBy(
        ConditionalPolicy.when("request.headers.user == 'a'", one)
            .or("request.headers.user == 'b'", one));
    assertThat(status(from("a"))).isEqualTo(200);
    assertThat(status(from("b"))).isEqualTo(200);
    assertThat(status(from("a"))).isEqualTo(429);
    assertThat(status(from("c"))).isEqualTo(200);
  }

  @Test
  @DisplayName("8.2: at a gateway the limit counts before anybody is asked who they are")
  void limitsOfAGatewayCountFirst() throws IOException {
    gateway =
        twoRoutes(new DirectResponse(204, ""))
            .policy(
                new TargetedPolicy(
                    "early",
                    new TargetedPolicy.Target.Gateway("default", null),
                    Place.GATEWAY,
                    LocalRateLimit.of(RateLimit.requests(1, MINUTE))))
            .build();
    assertThat(status(GatewayRequest.get("/a").build())).isEqualTo(204);
    assertThat(status(GatewayRequest.get("/nowhere").build())).isEqualTo(429);
  }

  private GatewayBuilder twoRoutes(Policy... policies) {
    GatewayBuilder builder = builder().gateway("default", Bind.port(8080));
    for (String name : List.of("a", "b")) {
      builder.route(
          name,
          route -> {
            for (Policy policy : policies) {
              route.policy(policy);
            }
            route
                .matches(RouteMatch.exact("/" + name))
                .backend(HandlerBackend.of("b", (exchange, request) -> GatewayResponse.of(200)));
          });
    }
    return builder;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {tokensPerFill: 1, fillInterval: 1s}                                | maxTokens
          {maxTokens: 1, fillInterval: 1s}                                    | tokensPerFill
          {maxTokens: 1, tokensPerFill: 1}                                    | fillInterval
          {maxTokens: 1, tokensPerFill: 2, fillInterval: 1s}                  | expected: tokensPerFill..3000000000
          {maxTokens: 0, tokensPerFill: 0, fillInterval: 1s}                  | expected: 1 or more
          {maxTokens: 9000000000, tokensPerFill: 1, fillInterval: 1s}         | expected: tokensPerFill..3000000000
          {maxTokens: 1, tokensPerFill: 1, fillInterval: 0s}                  | expected: 1ms..366d
          {maxTokens: 1, tokensPerFill: 1, fillInterval: 1s, maxKeys: 0}      | expected: 1..1000000
          {maxTokens: 1, tokensPerFill: 1, fillInterval: 1s, shadow: true}    | not supported yet
          {maxTokens: 1, tokensPerFill: 1, fillInterval: 1s, algorithm: gcra} | gcra is not supported yet
          {maxTokens: 1, tokensPerFill: 1, fillInterval: 1s, type: bytes}     | expected: one of requests, tokens
          {maxTokens: 1, tokensPerFill: 1, fillInterval: 1s, type: tokens, cost: '2'} | expected: none with type tokens
          {maxTokens: 1, tokensPerFill: 1, fillInterval: 1s, reserveOutput: true}     | only with type tokens
          {maxTokens: 1, tokensPerFill: 1, fillInterval: 1s, descriptors: [{}]}       | expected: at least one
          {maxTokens: 1, tokensPerFill: 1, fillInterval: 1s, bursts: 3}               | unknown field
          """)
  void badInputIsRefusedAtItsField(String entry, String problem) {
    String text =
        """
        gateways:
          default: {port: 8080}
        routes:
        - backends: [{host: "localhost:1"}]
          policies:
            localRateLimit: [%s]
        """
            .formatted(entry);
    assertThatThrownBy(() -> Configs.fromYaml(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("routes[0].policies.localRateLimit[0]")
        .hasMessageContaining(problem);
  }

  @Test
  void keysThatCannotBeCompiledAreRefusedByName() {
    assertThatThrownBy(() -> limitedBy(RateLimit.requests(1, MINUTE).by("nonsense")))
        .hasMessageContaining("localRateLimit[0].key: unknown variable nonsense");
  }
}
