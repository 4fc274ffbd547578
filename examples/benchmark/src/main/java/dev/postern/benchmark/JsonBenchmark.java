package dev.postern.benchmark;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonScan;
import dev.postern.core.json.JsonSplice;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What it costs to look into a request of 1 KB, to change a member of it, and to make it a tree.
 */
@State(Scope.Benchmark)
public class JsonBenchmark {
  private final byte[] body = Load.body("small").getBytes(StandardCharsets.US_ASCII);

  /** Checks the whole and finds the model. */
  @Benchmark
  public String scan() {
    return JsonScan.of(body).string("model").orElseThrow();
  }

  /** Checks the whole and puts another model in place. */
  @Benchmark
  public byte[] splice() {
    return JsonSplice.of(JsonScan.of(body)).set("model", Json.of("another-model")).toBytes();
  }

  /** Reads the whole into a tree, which the fast path never does. */
  @Benchmark
  public Json tree() {
    return Json.parse(body);
  }
}
