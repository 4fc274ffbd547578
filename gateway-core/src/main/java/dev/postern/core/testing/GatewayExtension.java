package dev.postern.core.testing;

import static java.util.Objects.requireNonNull;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts a gateway on a free loopback port before each test and closes it afterwards.
 *
 * <pre>{@code
 * @RegisterExtension
 * final GatewayExtension gateway = new GatewayExtension(
 *     () -> Gateway.builder().route("hello", route -> route.backend(backend)));
 * }</pre>
 */
public final class GatewayExtension implements BeforeEachCallback, AfterEachCallback {
  private final Supplier<GatewayBuilder> builder;
  private @Nullable Gateway gateway;

  /**
   * Makes the extension.
   *
   * @param builder gives what the gateway is made of; without ports it gets a free one. {@link
   *     FreePorts} moves a whole configuration, as from a file, to free ports
   */
  public GatewayExtension(Supplier<GatewayBuilder> builder) {
    this.builder = requireNonNull(builder, "builder");
  }

  /** Returns the gateway of the test that runs. */
  public Gateway gateway() {
    if (gateway == null) {
      throw new IllegalStateException("no test runs (expected: gateway() from within a test)");
    }
    return gateway;
  }

  /** Returns where the gateway listens, as in {@code http://127.0.0.1:49152}. */
  public String url() {
    return "http://127.0.0.1:" + gateway().port();
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    GatewayBuilder parts = builder.get();
    if (parts.toConfig().gateways().values().stream().allMatch(bind -> bind.port() == null)) {
      parts.gateway("default", Bind.port(0).address("127.0.0.1"));
    }
    gateway = parts.build().start();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (gateway != null) {
      gateway.close(Duration.ZERO);
      gateway = null;
    }
  }
}
