package dev.postern.core.config;

import dev.postern.core.ServerTls;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TLS of a listener as it is written. */
record ServerTlsForm(
    @Nullable Mode mode,
    @Nullable Path cert,
    @Nullable Path key,
    @Nullable Path root,
    ServerTls.@Nullable ClientAuth clientAuth,
    @Nullable Version minTLSVersion,
    @Nullable Version maxTLSVersion,
    @Nullable List<String> cipherSuites,
    @Nullable List<String> keyExchangeGroups) {

  /** Where certificates come from. */
  enum Mode {
    STATIC,
    DYNAMIC_CA
  }

  /** A version of TLS; the old ones are known, to be refused by name. */
  enum Version {
    TLS_V1_0,
    TLS_V1_1,
    TLS_V1_2,
    TLS_V1_3;

    @Override
    public String toString() {
      return name();
    }

    static @Nullable Version of(ServerTls.@Nullable Version version) {
      return version == null ? null : valueOf(version.name());
    }

    ServerTls.Version version(String field) {
      return switch (this) {
        case TLS_V1_2 -> ServerTls.Version.TLS_V1_2;
        case TLS_V1_3 -> ServerTls.Version.TLS_V1_3;
        case TLS_V1_0, TLS_V1_1 ->
            throw new IllegalArgumentException(field + ": " + this + " is not supported");
      };
    }
  }

  ServerTlsForm {
    if (mode == Mode.DYNAMIC_CA) {
      throw new IllegalArgumentException("mode: dynamicCa is not supported yet");
    }
  }

  @SuppressWarnings("NullAway") // absent values become defaults in the record
  ServerTls tls() {
    return new ServerTls(
        cert,
        key,
        root,
        clientAuth,
        minTLSVersion == null ? null : minTLSVersion.version("minTLSVersion"),
        maxTLSVersion == null ? null : maxTLSVersion.version("maxTLSVersion"),
        cipherSuites,
        keyExchangeGroups);
  }

  static ServerTlsForm of(ServerTls tls) {
    return new ServerTlsForm(
        null,
        tls.cert(),
        tls.key(),
        tls.root(),
        tls.clientAuth(),
        Version.of(tls.minTLSVersion()),
        Version.of(tls.maxTLSVersion()),
        tls.cipherSuites(),
        tls.keyExchangeGroups());
  }
}
