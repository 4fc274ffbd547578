package dev.postern.policy.external;

import static java.util.Objects.requireNonNullElse;

import dev.postern.core.spi.Backend;
import dev.postern.core.spi.PolicySet;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How {@code extAuthz} is written in YAML.
 *
 * @param failureModeAllow another way to write {@code failureMode: allow}
 */
record ExtAuthzForm(
    Backend target,
    PolicySet policies,
    @Nullable AuthorizationProtocol protocol,
    @Nullable FailureMode failureMode,
    @Nullable Boolean failureModeAllow,
    @Nullable List<String> includeRequestHeaders,
    ExtAuthz.@Nullable RequestBody includeRequestBody,
    ExtAuthz.@Nullable Cache cache,
    @Nullable Duration timeout,
    @Nullable Integer statusOnError) {
  ExtAuthzForm {
    if (protocol == null) {
      throw new IllegalArgumentException(
          "protocol: gRPC, which is meant without it, is not supported yet (expected: http)");
    }
    if (failureMode != null && failureModeAllow != null) {
      throw new IllegalArgumentException(
          "failureModeAllow: set together with failureMode (expected: exactly one of them)");
    }
  }

  static ExtAuthzForm of(ExtAuthz policy) {
    return new ExtAuthzForm(
        policy.target(),
        policy.policies(),
        policy.protocol(),
        policy.failureMode().equals(FailureMode.DENY) ? null : policy.failureMode(),
        null,
        policy.includeRequestHeaders(),
        policy.includeRequestBody(),
        policy.cache(),
        policy.timeout().equals(ExtAuthz.DEFAULT_TIMEOUT) ? null : policy.timeout(),
        policy.statusOnError() == ExtAuthz.DEFAULT_STATUS ? null : policy.statusOnError());
  }

  ExtAuthz policy() {
    FailureMode mode =
        Boolean.TRUE.equals(failureModeAllow)
            ? FailureMode.ALLOW
            : requireNonNullElse(failureMode, FailureMode.DENY);
    return new ExtAuthz(
        target,
        policies,
        requireNonNullElse(protocol, AuthorizationProtocol.Http.DEFAULT),
        mode,
        requireNonNullElse(includeRequestHeaders, List.of()),
        includeRequestBody,
        cache,
        requireNonNullElse(timeout, ExtAuthz.DEFAULT_TIMEOUT),
        requireNonNullElse(statusOnError, ExtAuthz.DEFAULT_STATUS));
  }
}
