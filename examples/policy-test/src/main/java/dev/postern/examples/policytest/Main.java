package dev.postern.examples.policytest;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HostBackend;
import dev.postern.core.TargetedPolicy;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.Place;
import dev.postern.policy.authn.AuthenticationMode;
import dev.postern.policy.authn.Jwks;
import dev.postern.policy.authn.JwtAuth;
import dev.postern.policy.authz.Authorization;
import dev.postern.policy.authz.Rule;
import dev.postern.policy.ratelimit.LocalRateLimit;
import dev.postern.policy.ratelimit.RateLimit;
import dev.postern.policy.testing.PolicyTestResult;
import dev.postern.policy.testing.PolicyTests;
import dev.postern.policy.transform.Transformation;
import dev.postern.policy.transform.Transformations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A configuration whose rules are tested; the tests beside it are what this example is about. */
public final class Main {
  private Main() {}

  /** Runs the tests of the file and prints what came of them. */
  public static void main(String[] args) {
    List<PolicyTestResult> results = PolicyTests.load(Path.of("gateway.tests.yaml")).run();
    results.forEach(System.out::println);
    System.exit(results.stream().allMatch(PolicyTestResult::passed) ? 0 : 1);
  }

  /** Returns the gateway that gateway.yaml describes. */
  static GatewayConfig config(int port, String invoices, Path keys) {
    return GatewayConfig.builder()
        .listen(port)
        .route(
            "invoices",
            route ->
                route
                    .matches(RouteMatch.pathPrefix("/invoices"))
                    .policy(
                        JwtAuth.of(
                                JwtAuth.Provider.of("https://id.example.com", Jwks.file(keys))
                                    .audiences("invoices"))
                            .mode(AuthenticationMode.STRICT))
                    .policy(rules())
                    .policy(
                        LocalRateLimit.of(
                            RateLimit.requests(3, Duration.ofMinutes(1)).by("jwt.sub")))
                    .policy(
                        Transformations.ofRequests(
                            Transformation.builder().set("x-tenant", "jwt.tenant").build()))
                    .backend(HostBackend.of(invoices)))
        .build();
  }

  private static Authorization rules() {
    return Authorization.of(
        Rule.deny("request.method == \"DELETE\"").named("invoices are kept"),
        Rule.require("request.path.startsWith(\"/invoices/\" + jwt.tenant + \"/\")")
            .named("own tenant"),
        Rule.deny(
                "request.method == \"POST\" && request.json.amount > 1000"
                    + " && !(\"approver\" in jwt.roles)")
            .named("large amounts need an approver"),
        Rule.allow("request.method == \"GET\"").named("everybody reads"),
        Rule.allow("\"clerk\" in jwt.roles").named("clerks write"));
  }

  /** Returns a gateway that also keeps a freeze, which the file cannot say. */
  static GatewayBuilder gateway(GatewayConfig config, ChangeFreeze freeze) {
    TargetedPolicy.Target all =
        new TargetedPolicy.Target.Gateway(GatewayConfig.DEFAULT_GATEWAY, null);
    return Gateway.builder()
        .config(config)
        .policy(new TargetedPolicy("freeze", all, Place.GATEWAY, freeze));
  }
}
