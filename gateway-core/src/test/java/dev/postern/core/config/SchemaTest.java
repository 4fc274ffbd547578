package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SchemaTest {
  private static final Path PACKAGED =
      Path.of("src/main/resources/META-INF/postern/config.schema.json");
  private static final Path DOCS = Path.of("../docs/config.schema.json");

  private final Schema schema = new Schema(Dialect.load());

  /** {@code -Dschema.update} writes the files anew; the difference is the review. */
  @Test
  void isUpToDate() throws IOException {
    String now = schema.print();
    if (System.getProperty("schema.update") != null) {
      for (Path file : new Path[] {PACKAGED, DOCS}) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, now);
      }
    }

    assertThat(Files.readString(DOCS)).isEqualTo(now);
    assertThat(Files.readString(PACKAGED)).isEqualTo(now);
  }

  @Test
  void isInTheJar() throws IOException {
    try (InputStream in =
        Configs.class.getResourceAsStream("/META-INF/postern/config.schema.json")) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).contains("\"gateways\"");
    }
  }

  @Test
  void knowsTheFieldsOfEveryObject() {
    assertThat(schema.fields(""))
        .contains("config", "gateways", "binds", "routes", "backends", "policies");
    assertThat(schema.fields("gateways.*")).contains("port", "protocol", "tls", "listeners");
    assertThat(schema.fields("routes")).contains("name", "gateways", "matches", "backends");
    assertThat(schema.fields("routes.backends")).contains("weight", "host", "hosts", "backend");
    assertThat(schema.fields("backends")).contains("host").doesNotContain("invalid", "weight");
    assertThat(schema.fields("policies.retry.backoff")).contains("base", "max");
  }
}
