/**
 * Reads, checks, writes and watches the configuration: YAML in, the immutable records of the model
 * out, and every problem with its place in the file. Also what another module implements to be
 * reachable from YAML.
 */
@NullMarked
package dev.postern.core.config;

import org.jspecify.annotations.NullMarked;
