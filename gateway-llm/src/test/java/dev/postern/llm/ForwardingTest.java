package dev.postern.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.FrontendPolicies;
import dev.postern.core.Gateway;
import dev.postern.core.http.Body;
import dev.postern.core.http.Forwarding;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.text.Secret;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;

/** Providers are third parties: where a request came from is not theirs to know. */
class ForwardingTest {
  private static Headers seenByProvider(FrontendPolicies policies) throws Exception {
    try (MockWebServer server = new MockWebServer()) {
      server.enqueue(new MockResponse.Builder().body("{}").build());
      server.start();
      NamedProvider provider =
          NamedProvider.of("p", OpenAi.withKey(Secret.of("key")))
              .baseUrl("http://127.0.0.1:" + server.getPort() + "/v1");
      try (Gateway gateway =
          Gateway.builder()
              .frontendPolicies(policies)
              .route("llm", route -> route.backend(LlmBackend.builder().provider(provider).build()))
              .build()) {
        gateway
            .handle(
                GatewayRequest.post(
                        "/v1/chat/completions", Body.of("{\"model\":\"m\",\"messages\":[]}"))
                    .header("X-Forwarded-For", "203.0.113.7")
                    .header("Forwarded", "for=203.0.113.7")
                    .build())
            .close();
      }
      return server.takeRequest().getHeaders();
    }
  }

  @Test
  void providerIsNotToldWhereARequestCameFrom() throws Exception {
    Headers seen = seenByProvider(FrontendPolicies.DEFAULT);

    assertThat(seen.get("x-forwarded-for")).isNull();
    assertThat(seen.get("forwarded")).isNull();
  }

  @Test
  void providerIsToldWhenTheConfigurationSaysSo() throws Exception {
    Forwarding defaults = Forwarding.DEFAULT;
    Forwarding told =
        new Forwarding(
            defaults.trustedProxies(),
            defaults.trustedHops(),
            defaults.mode(),
            defaults.headers(),
            List.of(),
            true);

    Headers seen = seenByProvider(FrontendPolicies.builder().forwarding(told).build());

    assertThat(seen.get("x-forwarded-for")).isEqualTo("203.0.113.7");
  }
}
