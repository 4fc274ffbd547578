/**
 * What is told about requests: spans, metrics, access log. All are made from the one record of an
 * exchange, when it has ended.
 */
@NullMarked
package dev.postern.core.telemetry;

import org.jspecify.annotations.NullMarked;
