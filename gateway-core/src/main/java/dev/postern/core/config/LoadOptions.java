package dev.postern.core.config;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a configuration is read. Immutable; start from {@link #DEFAULTS}.
 *
 * @param envMode where variables are substituted
 * @param variables the variables
 * @param baseDir what relative paths are relative to; null for the working directory, then the
 *     directory of the file
 * @param maxBytes the largest file read
 * @param strict whether warnings are errors
 * @param ignoreUnknownFields whether an unknown field is a warning, for going back to an older
 *     version
 * @param environmentOverrides whether environment variables such as {@code ADMIN_ADDR} win over the
 *     {@code config} section
 * @param pollInterval how often a watched file is looked at, events or not; zero for never
 */
public record LoadOptions(
    EnvMode envMode,
    VariableResolver variables,
    @Nullable Path baseDir,
    int maxBytes,
    boolean strict,
    boolean ignoreUnknownFields,
    boolean environmentOverrides,
    Duration pollInterval) {
  /** Variables of the process in scalars, 16 MiB, unknown fields refused, looked at every 2 s. */
  public static final LoadOptions DEFAULTS =
      new LoadOptions(
          EnvMode.SCALAR,
          VariableResolver.environment(),
          null,
          16 << 20,
          false,
          false,
          false,
          Duration.ofSeconds(2));

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if {@code maxBytes} is not positive or the interval negative
   */
  public LoadOptions {
    requireNonNull(envMode, "envMode");
    requireNonNull(variables, "variables");
    requireNonNull(pollInterval, "pollInterval");
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: at least 1)");
    }
    if (pollInterval.isNegative()) {
      throw new IllegalArgumentException(
          "pollInterval: " + pollInterval + " (expected: a duration that is not negative)");
    }
  }

  /** Returns these options with variables substituted elsewhere. */
  public LoadOptions envMode(EnvMode mode) {
    return new LoadOptions(
        mode,
        variables,
        baseDir,
        maxBytes,
        strict,
        ignoreUnknownFields,
        environmentOverrides,
        pollInterval);
  }

  /** Returns these options with other variables. */
  public LoadOptions variables(VariableResolver resolver) {
    return new LoadOptions(
        envMode,
        resolver,
        baseDir,
        maxBytes,
        strict,
        ignoreUnknownFields,
        environmentOverrides,
        pollInterval);
  }

  /** Returns these options with a directory that relative paths are relative to. */
  public LoadOptions baseDir(Path directory) {
    return new LoadOptions(
        envMode,
        variables,
        directory,
        maxBytes,
        strict,
        ignoreUnknownFields,
        environmentOverrides,
        pollInterval);
  }

  /** Returns these options with another limit on the size of a file. */
  public LoadOptions maxBytes(int bytes) {
    return new LoadOptions(
        envMode,
        variables,
        baseDir,
        bytes,
        strict,
        ignoreUnknownFields,
        environmentOverrides,
        pollInterval);
  }

  /** Returns these options with warnings as errors, or not. */
  public LoadOptions strict(boolean value) {
    return new LoadOptions(
        envMode,
        variables,
        baseDir,
        maxBytes,
        value,
        ignoreUnknownFields,
        environmentOverrides,
        pollInterval);
  }

  /** Returns these options with unknown fields as warnings, or as errors. */
  public LoadOptions ignoreUnknownFields(boolean value) {
    return new LoadOptions(
        envMode, variables, baseDir, maxBytes, strict, value, environmentOverrides, pollInterval);
  }

  /** Returns these options with environment variables winning over the file, or not. */
  public LoadOptions environmentOverrides(boolean value) {
    return new LoadOptions(
        envMode, variables, baseDir, maxBytes, strict, ignoreUnknownFields, value, pollInterval);
  }

  /** Returns these options with another interval; zero relies on file events alone. */
  public LoadOptions pollInterval(Duration interval) {
    return new LoadOptions(
        envMode,
        variables,
        baseDir,
        maxBytes,
        strict,
        ignoreUnknownFields,
        environmentOverrides,
        interval);
  }
}
