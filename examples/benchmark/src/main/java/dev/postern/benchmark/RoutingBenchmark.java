package dev.postern.benchmark;

import dev.postern.core.HandlerBackend;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.Route;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.routing.RouteTable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to find a route among few and among many. */
@State(Scope.Benchmark)
public class RoutingBenchmark {
  /** How many routes there are: a third by host name, all by path prefix. */
  @Param({"10", "1000", "10000"})
  public int routes;

  private RouteTable<Integer> table = RouteTable.<Integer>builder().build();
  private GatewayRequest request = GatewayRequest.builder("GET", "/").build();

  /** Builds the table, and a request for a route from its middle. */
  @Setup
  public void build() {
    HandlerBackend backend = HandlerBackend.of("none", (exchange, call) -> GatewayResponse.of(204));
    RouteTable.Builder<Integer> builder = RouteTable.builder();
    for (int i = 0; i < routes; i++) {
      Route.Builder route =
          Route.builder("r" + i)
              .matches(RouteMatch.pathPrefix("/service-" + i + "/v1"))
              .backend(backend);
      builder.add(
          i % 3 == 0 ? route.hostnames("host-" + i + ".example").build() : route.build(), i);
    }
    table = builder.build();
    int wanted = routes / 2 / 3 * 3;
    request =
        GatewayRequest.builder("GET", "/service-" + wanted + "/v1/items?page=2")
            .authority("host-" + wanted + ".example")
            .build();
  }

  /** Finds it. */
  @Benchmark
  public RouteTable.@Nullable Match<Integer> find() {
    return table.find(request);
  }
}
