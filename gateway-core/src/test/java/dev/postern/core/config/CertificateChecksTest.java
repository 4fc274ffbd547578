package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CertificateChecksTest {
  private static final Instant YESTERDAY =
      Instant.now().minus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
  private static final Instant TOMORROW =
      Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);

  @TempDir static Path folder;

  @BeforeAll
  static void writeFiles() throws IOException {
    write("one", certificate(YESTERDAY, TOMORROW));
    write("two", certificate(YESTERDAY, TOMORROW));
    write("old", certificate(YESTERDAY.minusSeconds(60), YESTERDAY));
    write("new", certificate(TOMORROW, TOMORROW.plusSeconds(60)));
    Files.writeString(folder.resolve("none.pem"), "certificates");
  }

  private static HeldCertificate certificate(Instant from, Instant to) {
    return new HeldCertificate.Builder()
        .validityInterval(from.toEpochMilli(), to.toEpochMilli())
        .build();
  }

  private static void write(String name, HeldCertificate certificate) throws IOException {
    Files.writeString(folder.resolve(name + ".pem"), certificate.certificatePem());
    Files.writeString(folder.resolve(name + ".key"), certificate.privateKeyPkcs8Pem());
  }

  static List<Arguments> rows() {
    return List.of(
        row("pair", "cert: one.pem, key: one.key"),
        row("pair and authorities", "cert: one.pem, key: one.key, root: two.pem"),
        row(
            "key of another certificate",
            "cert: one.pem, key: two.key",
            "2:24 CFG016 key: @/two.key: the private key does not belong to the certificate"),
        row(
            "no certificate",
            "cert: none.pem, key: one.key",
            "2:10 CFG016 cert: @/none.pem: no certificate (expected: PEM text with -----BEGIN"
                + " CERTIFICATE-----)"),
        row(
            "certificate as key",
            "cert: one.pem, key: one.pem",
            "2:24 CFG016 key: @/one.pem: no private key (expected: PEM text with -----BEGIN"
                + " PRIVATE KEY-----)"),
        row(
            "authorities that are none",
            "cert: one.pem, key: one.key, root: none.pem",
            "2:39 CFG016 root: @/none.pem: no certificate (expected: PEM text with -----BEGIN"
                + " CERTIFICATE-----)"),
        row(
            "expired",
            "cert: old.pem, key: old.key",
            "2:10 CFG042 cert: @/old.pem: certificate expired on " + YESTERDAY),
        row(
            "not valid yet",
            "cert: new.pem, key: new.key",
            "2:10 CFG042 cert: @/new.pem: certificate not valid before " + TOMORROW),
        row(
            "expired authority",
            "cert: one.pem, key: one.key, root: old.pem",
            "2:39 CFG042 root: @/old.pem: certificate expired on " + YESTERDAY),
        row(
            "file that is not there",
            "cert: no.pem, key: one.key",
            "2:10 CFG024 cert: file not found or not readable (tried: @/no.pem)"));
  }

  private static Arguments row(String name, String fields, String... problems) {
    return argumentSet(name, fields, List.of(problems));
  }

  /** Returns the problems of the fields of the object at {@code path}. */
  private static List<String> expected(List<String> problems, String path) {
    return problems.stream()
        .map(line -> line.replaceFirst("(CFG\\d+) ", "$1 " + path + ".").replace("@", "" + folder))
        .toList();
  }

  private static List<String> lines(String yaml) {
    return Sample.lines(Texts.problems(yaml, Sample.variables().baseDir(folder)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void filesOfListenersAreLookedInto(String fields, List<String> problems) {
    String yaml = "gateways: {default: {port: 443, tls:\n  {" + fields + "}}}";
    assertThat(lines(yaml)).isEqualTo(expected(problems, "gateways.default.tls"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void filesOfBackendsAreLookedInto(String fields, List<String> problems) {
    String yaml = "backends: [{name: b, host: 'h:1', policies: {backendTLS:\n  {" + fields + "}}}]";
    assertThat(lines(yaml)).isEqualTo(expected(problems, "backends[0].policies.backendTLS"));
  }

  @Test
  void anExpiredCertificateIsAnErrorWhenStrict() {
    List<ConfigDiagnostic> problems =
        Texts.problems(
            "gateways: {default: {port: 443, tls: {cert: old.pem, key: old.key}}}",
            Sample.variables().baseDir(folder).strict(true));
    assertThat(problems.getFirst().severity()).isEqualTo(ConfigDiagnostic.Severity.ERROR);
  }

  @Test
  void authoritiesDoNotGoWithADynamicAuthority() {
    assertThat(
            lines(
                "gateways: {default: {port: 443, tls:\n"
                    + "  {mode: dynamicCa, cert: one.pem, key: one.key, root: two.pem}}}"))
        .containsExactly(
            "2:3 CFG023 gateways.default.tls: tls.root is not supported with tls.mode=dynamicCa",
            "2:10 CFG030 gateways.default.tls.mode: dynamicCa is not supported yet");
  }

  @Test
  void whatThisJvmLacksIsRefusedByName() {
    assertThat(
            lines(
                "gateways: {default: {port: 443, tls:\n"
                    + "  {cert: one.pem, key: one.key, keyExchangeGroups: [P-384, P-1]}}}"))
        .containsExactly(
            "2:60 CFG030 gateways.default.tls.keyExchangeGroups[1]: P-1 is not supported by this"
                + " JVM");
    assertThat(lines("frontendPolicies: {tls: {cipherSuites: [TLS_FOO]}}"))
        .containsExactly(
            "1:41 CFG030 frontendPolicies.tls.cipherSuites[0]: TLS_FOO is not supported by this"
                + " JVM");
    assertThat(lines("frontendPolicies: {tls: {alpn: [h3]}}"))
        .containsExactly(
            "1:33 CFG030 frontendPolicies.tls.alpn[0]: h3 is not supported (expected: h2 or"
                + " http/1.1)");
    assertThat(lines("frontendPolicies: {tls: {minVersion: TLS_V1_1}}"))
        .containsExactly("1:38 CFG030 frontendPolicies.tls.minVersion: TLS_V1_1 is not supported");
  }
}
