package dev.postern.core.config;

import dev.postern.core.FrontendTls;
import dev.postern.core.config.ServerTlsForm.Version;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TLS of all listeners as it is written. */
record FrontendTlsForm(
    @Nullable Duration handshakeTimeout,
    @Nullable List<String> alpn,
    @Nullable Version minVersion,
    @Nullable Version maxVersion,
    @Nullable List<String> cipherSuites,
    @Nullable List<String> keyExchangeGroups) {

  @SuppressWarnings("NullAway") // absent values become defaults in the record
  FrontendTls tls() {
    return new FrontendTls(
        handshakeTimeout,
        alpn,
        minVersion == null ? null : minVersion.version("minVersion"),
        maxVersion == null ? null : maxVersion.version("maxVersion"),
        cipherSuites,
        keyExchangeGroups);
  }

  static FrontendTlsForm of(FrontendTls tls) {
    return new FrontendTlsForm(
        tls.handshakeTimeout(),
        tls.alpn(),
        Version.of(tls.minVersion()),
        Version.of(tls.maxVersion()),
        tls.cipherSuites(),
        tls.keyExchangeGroups());
  }
}
