package dev.postern.policy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CelTesterTest {
  @Test
  void evaluatesOverRequestAndClaims() {
    CelTester tester =
        CelTester.eval("jwt.role == 'admin' && request.path.startsWith('/v1')")
            .withRequest(GatewayRequest.get("/v1/models").build());

    assertThat(tester.withJwt(Map.of("role", "admin")).test()).isTrue();
    assertThat(tester.withJwt(Map.of("role", "guest")).test()).isFalse();
  }

  @Test
  void claimsMayBeWrittenAsJson() {
    CelTester tester =
        CelTester.eval("'b' in jwt.groups && jwt.level > 2 && jwt.org.id == 'x'")
            .withJwt("{\"groups\":[\"a\",\"b\"],\"level\":3,\"org\":{\"id\":\"x\"}}");

    assertThat(tester.test()).isTrue();
  }

  @Test
  void claimsMayBeValuesOfJava() {
    CelTester tester =
        CelTester.eval("'b' in jwt.groups && jwt.level > 2 && jwt.org.id == 'x'")
            .withJwt(Map.of("groups", List.of("a", "b"), "level", 3, "org", Map.of("id", "x")));

    assertThat(tester.test()).isTrue();
  }

  @Test
  void knowsKeysUsersAndOtherVariables() {
    assertThat(
            CelTester.eval("apiKey.team + '/' + basicAuth.username + '/' + llm.requestModel")
                .withApiKey(Map.of("team", "blue"))
                .withBasicAuth("alice")
                .with("llm", Map.of("requestModel", "small"))
                .text())
        .isEqualTo("blue/alice/small");
  }

  @Test
  void seesTheCaller() {
    assertThat(
            CelTester.eval(
                    "cidr('10.0.0.0/8').containsIP(source.address) && source.subjectCn == 'alice'"
                        + " && source.identity.serviceAccount == 'web' && 'a.example' in"
                        + " source.subjectAltNames && source.issuer == 'CN=Ours'")
                .withSource("10.1.2.3")
                .withClientCertificate(
                    ClientCertificate.of("CN=alice,O=Acme")
                        .issuer("CN=Ours")
                        .subjectAltNames("a.example", "spiffe://acme/ns/shop/sa/web"))
                .test())
        .isTrue();
  }

  @Test
  void seesBodiesAndTheResponse() {
    assertThat(
            CelTester.eval("request.json.n + response.code")
                .withRequest(GatewayRequest.post("/", Body.of("{\"n\":2}")).build())
                .withResponse(GatewayResponse.text(201, "made"))
                .number())
        .isEqualTo(203);
    assertThat(CelTester.eval("[request.method, 1]").json().toString()).isEqualTo("[\"GET\",1]");
  }

  @Test
  void timeIsGiven() {
    assertThat(CelTester.eval("now()").withClock(Instant.parse("2030-01-31T12:00:00Z")).json())
        .isEqualTo(Json.of("2030-01-31T12:00:00Z"));
  }

  @Test
  void aMissingValueIsAFailureThatSaysWhatWasGiven() {
    CelTester tester =
        CelTester.eval("jwt.role == 'admin'").withJwt(Map.of("sub", "alice", "aud", "x"));

    assertThatThrownBy(tester::test)
        .isInstanceOfSatisfying(
            CelFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(EvaluationException.Kind.MISSING))
        .hasMessage(
            "jwt.role == 'admin': no value: a variable, field or key is not there"
                + " (given: request, source, jwt[aud, sub])");
  }

  @Test
  void aMisspeltNameIsPointedAt() {
    assertThatThrownBy(CelTester.eval("request.pth == '/'")::test)
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining("unknown field pth; did you mean path?")
        .hasMessageContaining("| request.pth == '/'");
  }

  @Test
  void theResponseIsNotThereOnTheWayOfTheRequest() {
    assertThatThrownBy(CelTester.eval("response.code == 200")::test)
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining("it exists on the way back only");
  }

  @Test
  void anAddressThatIsNoneIsRefused() {
    assertThatThrownBy(() -> CelTester.eval("true").withSource("office"))
        .hasMessage("source: \"office\" (expected: an IP address)");
  }
}
