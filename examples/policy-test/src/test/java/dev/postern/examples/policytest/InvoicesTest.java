package dev.postern.examples.policytest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.config.Configs;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.policy.testing.CelTester;
import dev.postern.policy.testing.DynamicPolicyTests;
import dev.postern.policy.testing.PolicyTests;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The tests of gateway.tests.yaml, on the file and on the same gateway made in Java. */
class InvoicesTest {
  private static final Path TESTS = Path.of("gateway.tests.yaml");
  private static final Path KEYS = Path.of("jwks.json").toAbsolutePath();

  @TestFactory
  Stream<DynamicTest> policiesOfTheFile() {
    return DynamicPolicyTests.of(PolicyTests.load(TESTS));
  }

  @TestFactory
  Stream<DynamicTest> policiesMadeInJava() {
    return DynamicPolicyTests.of(
        PolicyTests.load(TESTS, Main.config(4000, "127.0.0.1:9001", KEYS)));
  }

  @Test
  void bothFormsAreEqual() {
    assertThat(Configs.load(Path.of("gateway.yaml")).config())
        .isEqualTo(Main.config(4000, "127.0.0.1:9001", KEYS));
  }

  @Test
  void oneRuleAlone() {
    CelTester largeAmount =
        CelTester.eval("request.json.amount > 1000 && !(\"approver\" in jwt.roles)")
            .withJwt(Map.of("roles", List.of("clerk")));

    assertThat(largeAmount.withRequest(amount("1000.01")).test()).isTrue();
    assertThat(largeAmount.withRequest(amount("1000")).test()).isFalse();
  }

  private static GatewayRequest amount(String amount) {
    return GatewayRequest.post("/invoices/acme/1", Body.of("{\"amount\":" + amount + "}")).build();
  }
}
