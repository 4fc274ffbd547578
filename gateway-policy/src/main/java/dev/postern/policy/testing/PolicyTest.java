package dev.postern.policy.testing;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.config.LoadedDocument;
import dev.postern.core.config.Location;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One test of a configuration: a request, who sends it, and what must come of it.
 *
 * <p>Each runs with a gateway of its own, so none sees what another used up. Safe for concurrent
 * use.
 */
public final class PolicyTest {
  private static final long MAX_BODY = 16 << 20;

  private final GatewayConfig rehearsal;
  private final LoadedDocument<TestFile> file;
  private final TestFile.Entry entry;
  private final String path;

  /**
   * Creates a test.
   *
   * @param rehearsal the configuration, as tests run it
   * @param index its number in the file, from 0
   */
  PolicyTest(GatewayConfig rehearsal, LoadedDocument<TestFile> file, int index) {
    this.rehearsal = rehearsal;
    this.file = file;
    this.entry = file.value().tests().get(index);
    this.path = "tests[" + index + "]";
  }

  /** Returns what the test is called: its name, or its method and path. */
  public String name() {
    return entry.title();
  }

  /** Returns where it stands in its file. */
  public Location location() {
    return file.location(path);
  }

  /**
   * Runs the test.
   *
   * @throws AssertionError with every expectation that failed and its place in the file
   */
  public void check() {
    PolicyTestResult result = run();
    if (!result.passed()) {
      throw new AssertionError(result.toString());
    }
  }

  /** Runs the test. */
  public PolicyTestResult run() {
    Gateway gateway = gateway(rehearsal, clock());
    try {
      for (int i = 1; i < entry.times(); i++) {
        Outcome unused = ask(gateway);
      }
      Outcome outcome = ask(gateway);
      List<PolicyTestResult.Failure> failures =
          new Comparison(name(), path + ".expect", file, outcome).failures(entry.expect());
      return new PolicyTestResult(name(), location(), failures);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      gateway.close(Duration.ZERO);
    }
  }

  /** Returns a gateway that reaches no other server. */
  static Gateway gateway(GatewayConfig rehearsal, InstantSource clock) {
    return Gateway.builder().config(rehearsal).clock(clock).upstream(new NoNetwork()).build();
  }

  private InstantSource clock() {
    Instant now = entry.clock() == null ? file.value().clock() : entry.clock();
    return now == null ? InstantSource.system() : InstantSource.fixed(now);
  }

  private Outcome ask(Gateway gateway) throws IOException {
    Asking request = entry.request();
    Identity identity = entry.identity();
    Call call = new Call(entry.backend());
    Exchange exchange =
        new Exchange(
            ClientCertificate.connection(request.address(), identity.certificate()),
            gateway.newScope());
    exchange.set(Identity.KEY, identity);
    exchange.set(Call.KEY, call);
    try (GatewayResponse response =
        gateway.handler(door(gateway, request.gateway())).handle(exchange, request.request())) {
      String body = new String(response.body().readAll(MAX_BODY), StandardCharsets.UTF_8);
      return new Outcome(exchange, call, response, body);
    }
  }

  private static String door(Gateway gateway, @Nullable String named) {
    return named == null ? gateway.config().gateways().keySet().iterator().next() : named;
  }
}
