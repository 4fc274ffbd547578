package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.ReloadResult;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ConfigWatcherTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  @TempDir Path directory;
  private Path file;
  private final List<GatewayConfig> taken = new ArrayList<>();
  private final List<Reload> reloads = new ArrayList<>();
  private ReloadResult.Status answer = ReloadResult.Status.APPLIED;
  private List<InvalidConfigurationException.Problem> refusal = List.of();
  private int unreadable;
  private long now;
  private @Nullable Reloading reloading;

  @BeforeEach
  void writeTheFirst() throws IOException {
    file = directory.resolve("config.yaml");
    Files.writeString(file, port(1));
  }

  private static String port(int port) {
    return "gateways: {default: {port: " + port + "}}\n";
  }

  private Reloading start() {
    reloading =
        new Reloading(
            file,
            Configs.load(file),
            LoadOptions.DEFAULTS,
            config -> {
              taken.add(config);
              return new ReloadResult(answer, 1, refusal, List.of(), 0);
            },
            () -> unreadable++,
            reloads::add);
    return reloading;
  }

  /** Looks every 100 ms for a second. */
  private void look() {
    for (int i = 0; i < 10; i++) {
      now += 100 * MILLI;
      reloading.step(now);
    }
  }

  private List<Integer> ports() {
    return taken.stream().map(config -> config.gateways().get("default").port()).toList();
  }

  @Test
  void anUnchangedFileIsNotReadAgain() throws IOException {
    start();
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    look();

    assertThat(taken).isEmpty();
  }

  @Test
  void takesAFileThatIsWrittenInPlace() throws IOException {
    start();
    Files.writeString(file, port(2222));
    look();

    assertThat(ports()).containsExactly(2222);
    assertThat(reloads).extracting(Reload::status).containsExactly(ReloadResult.Status.APPLIED);
  }

  @Test
  void takesAFileThatIsRenamedOverIt() throws IOException {
    start();
    Path other = Files.writeString(directory.resolve("new"), port(2));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    look();

    assertThat(ports()).containsExactly(2);
  }

  @Test
  void takesAFileBehindALinkThatIsTurned() throws IOException {
    Path one = Files.createDirectory(directory.resolve("..1"));
    Path two = Files.createDirectory(directory.resolve("..2"));
    Files.writeString(one.resolve("config.yaml"), port(1));
    Files.writeString(two.resolve("config.yaml"), port(2));
    Path data = Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
    Files.delete(file);
    Files.createSymbolicLink(file, Path.of("..data", "config.yaml"));
    start();

    Path turned = Files.createSymbolicLink(directory.resolve("..tmp"), Path.of("..2"));
    Files.move(turned, data, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    look();

    assertThat(ports()).containsExactly(2);
  }

  @Test
  void takesAFileThatIsDeletedAndCreated() throws IOException {
    start();
    Files.delete(file);
    look();
    assertThat(taken).isEmpty();
    Files.writeString(file, port(2));
    look();

    assertThat(ports()).containsExactly(2);
  }

  @Test
  @DisplayName("20 configuration source: an empty file changes nothing")
  void anEmptyFileKeepsWhatIsInUse() throws IOException {
    start();
    Files.writeString(file, "");
    look();

    assertThat(reloads).isEmpty();
  }

  @Test
  void waitsUntilTheFileIsQuiet() throws IOException {
    start();
    for (int i = 0; i < 100; i++) {
      Files.writeString(file, port(1000 + i) + "#".repeat(i));
      now += 100 * MILLI;
      assertThat(reloading.step(now)).isEqualTo(250 * MILLI);
    }
    look();

    assertThat(ports()).containsExactly(1099);
  }

  @Test
  @DisplayName("20 configuration source: a wrong file changes nothing")
  void aWrongFileIsRejectedWithItsPlacesAndTheNextOneIsTaken() throws IOException {
    start();
    Files.writeString(file, "gateways: {default: {prot: 80}}\n");
    look();

    assertThat(taken).isEmpty();
    assertThat(reloads.getFirst().status()).isEqualTo(ReloadResult.Status.REJECTED);
    assertThat(reloads.getFirst().diagnostics())
        .extracting(ConfigDiagnostic::code)
        .containsExactly(ConfigCode.MISSING, ConfigCode.UNKNOWN_FIELD);

    Files.writeString(file, port(3));
    look();
    assertThat(ports()).containsExactly(3);
  }

  @Test
  void whatTheGatewayRefusesIsFoundInTheFile() throws IOException {
    start();
    answer = ReloadResult.Status.REJECTED;
    refusal =
        List.of(new InvalidConfigurationException.Problem("gateways.default", "port is taken"));
    Files.writeString(file, "\n" + port(2));
    look();

    assertThat(reloads.getFirst().diagnostics().getFirst().toString())
        .startsWith(file + ":2:21: error[CFG016] gateways.default: port is taken");
  }

  @Test
  void settingsOfTheProcessStayAndAreNamed() throws IOException {
    start();
    Files.writeString(file, port(2) + "config: {statsAddr: 'localhost:9'}\n");
    look();

    assertThat(taken.getFirst().config().statsAddr()).isNull();
    assertThat(reloads.getFirst().diagnostics().getFirst().toString())
        .startsWith(file + ":2:1: warning[CFG050] config: takes effect after a restart: statsAddr");
  }

  @Test
  void aChangedSecretIsAReasonToLook() throws IOException {
    Path key = Files.writeString(directory.resolve("key"), "one");
    Files.writeString(
        file,
        "backends: [{name: a, host: 'h:80', policies: {backendAuth: {key: {file: '"
            + key
            + "'}}}}]");
    start();

    assertThat(reloading.files()).containsExactly(file, key);
    Files.writeString(key, "two!");
    look();
    assertThat(taken).hasSize(1);
  }

  @Test
  void aFileThatCannotBeReadIsToldOfAndAGoodOneIsNot() throws IOException {
    start();
    Files.writeString(file, "gateways: {default: {prot: 2}}");
    look();
    assertThat(unreadable).isEqualTo(1);
    Files.writeString(file, port(2));
    look();

    assertThat(unreadable).isEqualTo(1);
    assertThat(ports()).containsExactly(2);
  }

  @Test
  void theMetricShowsABadFileUntilTheNextGoodOne() throws Exception {
    InMemoryMetricReader metrics = InMemoryMetricReader.create();
    LoadOptions options = LoadOptions.DEFAULTS.pollInterval(Duration.ofMillis(50));
    LoadedConfig loaded = Configs.load(file, options);
    LinkedBlockingQueue<Reload> seen = new LinkedBlockingQueue<>();
    try (OpenTelemetrySdk sdk =
            OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
                .build();
        Gateway gateway = Gateway.builder().config(loaded.config()).openTelemetry(sdk).build();
        ConfigWatcher watcher = ConfigWatcher.start(file, loaded, options, gateway, seen::add)) {
      assertThat(watcher.files()).containsExactly(file);
      assertThat(synchronised(metrics)).isEqualTo(1);

      Files.writeString(file, "gateways: [");
      assertThat(seen.poll(30, TimeUnit.SECONDS).status()).isEqualTo(ReloadResult.Status.REJECTED);
      assertThat(synchronised(metrics)).isZero();

      Files.writeString(file, port(1));
      assertThat(seen.poll(30, TimeUnit.SECONDS).status()).isEqualTo(ReloadResult.Status.UNCHANGED);
      assertThat(synchronised(metrics)).isEqualTo(1);
    }
  }

  private static long synchronised(InMemoryMetricReader metrics) {
    return metrics.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals("agentgateway_config_synchronized"))
        .flatMap(metric -> metric.getLongGaugeData().getPoints().stream())
        .mapToLong(LongPointData::getValue)
        .sum();
  }

  @Test
  void aGatewayFollowsItsFile() throws Exception {
    LoadOptions options = LoadOptions.DEFAULTS.pollInterval(Duration.ofMillis(50));
    LoadedConfig loaded = Configs.load(file, options);
    LinkedBlockingQueue<Reload> seen = new LinkedBlockingQueue<>();
    try (Gateway gateway = Gateway.from(loaded.config());
        ConfigWatcher watcher = ConfigWatcher.start(file, loaded, options, gateway, seen::add)) {
      Files.writeString(file, port(2222));

      assertThat(seen.poll(30, TimeUnit.SECONDS).status()).isEqualTo(ReloadResult.Status.APPLIED);
      assertThat(gateway.config().gateways().get("default").port()).isEqualTo(2222);
      assertThat(watcher.files()).containsExactly(file);
    }
  }
}
