package dev.postern.examples.httpproxy;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.HostBackend;
import dev.postern.core.Retry;
import dev.postern.core.Timeout;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.RouteMatch;
import dev.postern.policy.traffic.Cors;
import dev.postern.policy.traffic.DirectResponse;
import dev.postern.policy.traffic.PathRewrite;
import dev.postern.policy.traffic.RequestHeaderModifier;
import dev.postern.policy.traffic.RequestRedirect;
import dev.postern.policy.traffic.ResponseHeaderModifier;
import dev.postern.policy.traffic.UrlRewrite;
import java.io.IOException;
import java.time.Duration;

/** A gateway in front of a shop: the Java form of {@code gateway.yaml} beside it. */
public final class Main {
  private Main() {}

  /**
   * Returns what the gateway is.
   *
   * @param port where it listens
   * @param stable the shop as it is, as {@code host:port}
   * @param canary the shop as it will be, which gets one request in ten
   */
  public static GatewayConfig config(int port, String stable, String canary) {
    return GatewayConfig.builder()
        .listen(port)
        .route(
            "shop",
            route ->
                route
                    .matches(RouteMatch.pathPrefix("/shop"))
                    .policy(UrlRewrite.none().path(PathRewrite.prefix("/")))
                    .policy(RequestHeaderModifier.none().set("x-tenant", "blue").remove("x-debug"))
                    .policy(ResponseHeaderModifier.none().add("x-served-by", "postern"))
                    .policy(
                        Cors.none()
                            .allowOrigins("https://app.example.com")
                            .allowMethods("GET", "POST"))
                    .policy(Timeout.none().requestTimeout(Duration.ofSeconds(10)))
                    .policy(Retry.builder().attempts(2).codes(503).build())
                    .backend(9, HostBackend.of(stable))
                    .backend(1, HostBackend.of(canary)))
        .route(
            "old-shop",
            route ->
                route
                    .matches(RouteMatch.pathPrefix("/old-shop"))
                    .policy(RequestRedirect.status(301).path(PathRewrite.prefix("/shop"))))
        .route(
            "retired",
            route ->
                route
                    .matches(RouteMatch.exact("/v1/report").method("GET"))
                    .policy(new DirectResponse(410, "This version has been retired.")))
        .build();
  }

  /** Listens until it is stopped, before two services that say what reached them. */
  public static void main(String[] args) throws IOException {
    Gateway stable = service("stable");
    Gateway canary = service("canary");
    Gateway gateway = Gateway.from(config(4000, address(stable), address(canary))).start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              gateway.close();
              stable.close();
              canary.close();
            }));
    System.out.println("listening on http://127.0.0.1:" + gateway.port() + ", Ctrl-C ends it");
  }

  private static Gateway service(String name) throws IOException {
    return Gateway.builder()
        .gateway("default", Bind.port(0).address("127.0.0.1"))
        .route(
            "all",
            route ->
                route.backend(
                    HandlerBackend.of(
                        name,
                        (exchange, request) ->
                            GatewayResponse.text(
                                200,
                                "%s: %s %s for %s%n"
                                    .formatted(
                                        name,
                                        request.method(),
                                        request.target(),
                                        request.header("x-tenant"))))))
        .build()
        .start();
  }

  private static String address(Gateway service) {
    return "127.0.0.1:" + service.port();
  }
}
