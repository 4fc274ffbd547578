package dev.postern.policy.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.config.Configs;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.policy.functional.Doorway.Answer;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Limits, conditions and transformations with the expressions of the module itself. */
class CompiledExpressionsTest {
  private static final String YAML =
      """
      gateways:
        default: {port: 8080}
      routes:
      - policies:
          localRateLimit:
            conditional:
            - condition: request.headers["x-tier"] == "gold"
              maxTokens: 3
              tokensPerFill: 3
              fillInterval: 1h
              key: '[request.headers["x-user"], request.method]'
              cost: size(request.body)
            - maxTokens: 1
              tokensPerFill: 1
              fillInterval: 1h
              key: request.headers["x-user"]
          transformations:
            request:
              metadata:
                team: request.headers["x-user"] + "s"
              set:
                x-tier: '"changed"'
                x-list: '["a", "b"]'
            response:
              set:
                x-team: metadata.team
                x-code: response.code
                ":status": "response.code == 200 ? 201 : response.code"
                x-missing: metadata.nothing
              body: '{"was": response.body, "user": metadata.team}'
          directResponse: {status: 200, body: hello}
        backends: [{host: "localhost:1"}]
      """;

  @Test
  @DisplayName("8.4, 14.1, 15.1")
  void policiesWorkTogether() throws IOException {
    try (Gateway gateway = Gateway.builder().config(Configs.fromYaml(YAML)).build()) {
      GatewayRequest gold =
          GatewayRequest.post("/", Body.of("12"))
              .header("x-tier", "gold")
              .header("x-user", "ann")
              .build();
      Answer answer = Doorway.IN_PROCESS.send(gateway, gold);
      assertThat(answer.status()).isEqualTo(201);
      assertThat(answer.header("x-ratelimit-remaining")).isEqualTo("1");
      assertThat(answer.header("x-team")).isEqualTo("anns");
      assertThat(answer.header("x-code")).isEqualTo("200");
      assertThat(answer.header("x-missing")).isNull();
      assertThat(answer.body()).isEqualTo("{\"was\":\"hello\",\"user\":\"anns\"}");
      assertThat(Doorway.IN_PROCESS.send(gateway, gold).status()).isEqualTo(429);

      GatewayRequest plain = GatewayRequest.get("/").header("x-user", "ann").build();
      assertThat(Doorway.IN_PROCESS.send(gateway, plain).status()).isEqualTo(201);
      assertThat(Doorway.IN_PROCESS.send(gateway, plain).status()).isEqualTo(429);
    }
  }
}
