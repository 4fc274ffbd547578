package dev.postern.examples.trafficauth;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HostBackend;
import dev.postern.core.json.Json;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.Policy;
import dev.postern.core.text.Secret;
import dev.postern.policy.authn.ApiKey;
import dev.postern.policy.authn.AuthenticationMode;
import dev.postern.policy.authn.AuthorizationLocation;
import dev.postern.policy.authn.BasicAuth;
import dev.postern.policy.authn.Jwks;
import dev.postern.policy.authn.JwtAuth;
import dev.postern.policy.authz.Authorization;
import dev.postern.policy.authz.Rule;
import dev.postern.policy.traffic.Cors;
import dev.postern.policy.traffic.Csrf;
import dev.postern.policy.traffic.DirectResponse;
import dev.postern.policy.transform.Transformation;
import dev.postern.policy.transform.Transformations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The orders of a shop behind one gateway, for three kinds of callers. */
public final class Main {
  private static final String SHOP = "https://shop.example.com";

  private Main() {}

  /** Listens until it is stopped, with a service behind that says what reached it. */
  public static void main(String[] args) throws IOException {
    Issuer issuer = Issuer.create();
    Path keys = Files.createDirectories(Path.of("target")).resolve("jwks.json");
    Files.writeString(keys, issuer.keySet());
    Gateway service = Gateway.from(service(9001)).start();
    Gateway gateway =
        Gateway.from(config(4000, "127.0.0.1:9001", keys, Path.of("users.htpasswd"))).start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              gateway.close();
              service.close();
            }));
    System.out.println("ALICE=" + issuer.token("alice", "customer"));
    System.out.println("SUE=" + issuer.token("sue", "support"));
    System.out.println("listening on http://127.0.0.1:" + gateway.port() + ", Ctrl-C ends it");
  }

  /** Returns the gateway that gateway.yaml describes. */
  static GatewayConfig config(int port, String orders, Path keys, Path users) {
    return GatewayConfig.builder()
        .listen(port)
        .route(
            "orders",
            route ->
                route
                    .matches(RouteMatch.pathPrefix("/orders"))
                    .policy(cors())
                    .policy(tokens(keys))
                    .policy(
                        Authorization.of(
                            Rule.deny("request.method == \"DELETE\" && !(\"support\" in jwt.roles)")
                                .named("only support deletes"),
                            Rule.allow("request.path.startsWith(\"/orders/\" + jwt.sub + \"/\")")
                                .named("own orders"),
                            Rule.allow("\"support\" in jwt.roles").named("support")))
                    .policy(userIs("jwt.sub"))
                    .policy(Csrf.allowing(SHOP))
                    .backend(HostBackend.of(orders)))
        .route(
            "partners",
            route ->
                route
                    .matches(RouteMatch.pathPrefix("/partners"))
                    .policy(keys())
                    .policy(
                        Authorization.of(
                            Rule.allow("request.method == \"GET\"").named("everybody reads"),
                            Rule.allow("apiKey.plan == \"full\"").named("full plan")))
                    .policy(userIs("apiKey.name"))
                    .backend(HostBackend.of(orders)))
        .route(
            "office",
            route ->
                route
                    .matches(RouteMatch.pathPrefix("/office"))
                    .policy(
                        BasicAuth.of(Secret.file(users))
                            .mode(AuthenticationMode.STRICT)
                            .realm("Office"))
                    .policy(
                        Authorization.of(
                            Rule.require(
                                    "request.method == \"GET\" || basicAuth.username == \"alice\"")
                                .named("alice changes, others look")))
                    .policy(userIs("basicAuth.username"))
                    .backend(HostBackend.of(orders)))
        .build();
  }

  private static Cors cors() {
    return Cors.none()
        .allowOrigins(SHOP)
        .allowMethods("GET", "POST", "DELETE")
        .allowHeaders("content-type")
        .allowCredentials(true)
        .maxAge(Duration.ofMinutes(10));
  }

  private static JwtAuth tokens(Path keys) {
    return JwtAuth.of(JwtAuth.Provider.of(Issuer.NAME, Jwks.file(keys)).audiences(Issuer.AUDIENCE))
        .mode(AuthenticationMode.STRICT)
        .location(new AuthorizationLocation.Cookie("session"));
  }

  private static ApiKey keys() {
    return ApiKey.of(
            key(
                "acme",
                "sha256:e419a7d08e89ad37b6e521e1e223eee4488a79523d4eba4267a52728f2f6c17c",
                "full"),
            key(
                "globex",
                "sha256:2e440df35a4720c46f366e526758bd1ab7a87475720095e091dfa07c62e44ab9",
                "read"))
        .mode(AuthenticationMode.STRICT)
        .location(new AuthorizationLocation.Header("x-api-key", ""));
  }

  private static ApiKey.Key key(String name, String hash, String plan) {
    return ApiKey.Key.hashed(hash).name(name).metadata(Map.of("plan", Json.of(plan)));
  }

  /** Tells the service who is calling, whatever the caller says. */
  private static Policy userIs(String expression) {
    return Transformations.ofRequests(Transformation.builder().set("x-user", expression).build());
  }

  /** Returns a service that says what reached it, as service.yaml describes. */
  static GatewayConfig service(int port) {
    String answer =
        "request.method + \" \" + request.path + \" for \" + request.headers[\"x-user\"] + \"\\n\"";
    return GatewayConfig.builder()
        .gateway(GatewayConfig.DEFAULT_GATEWAY, Bind.port(port).address("127.0.0.1"))
        .route("orders", route -> route.policy(DirectResponse.computed(200, answer)))
        .build();
  }
}
