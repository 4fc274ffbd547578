package dev.postern.benchmark;

import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.HygieneSettings;
import dev.postern.core.http.RequestHygiene;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the way from a call to a backend costs when the backend does nothing. */
@State(Scope.Benchmark)
public class PipelineBenchmark {
  private final GatewayResponse answer = GatewayResponse.of(200);
  private final Gateway gateway =
      Gateway.builder()
          .route("r", route -> route.backend(HandlerBackend.of("none", (exchange, call) -> answer)))
          .build();
  private final GatewayRequest request =
      GatewayRequest.builder("POST", LoadRun.PATH)
          .authority("gateway.example")
          .header("content-type", "application/json")
          .header("authorization", "Bearer key")
          .header("user-agent", "benchmark/1.0")
          .header("accept", "*/*")
          .body(Body.of(Load.body("small").getBytes(StandardCharsets.US_ASCII)))
          .build();

  /** Checking and cleaning the head, the route, its empty pipeline, and the end of the exchange. */
  @Benchmark
  public GatewayResponse handle() {
    return gateway.handle(request);
  }

  /** The first of these alone. */
  @Benchmark
  public GatewayRequest hygiene() {
    return RequestHygiene.apply(request, HygieneSettings.DEFAULT);
  }
}
