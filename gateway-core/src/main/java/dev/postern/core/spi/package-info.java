/**
 * What users and the other modules implement: policies and backends, and what they are given to do
 * it with.
 */
@NullMarked
package dev.postern.core.spi;

import org.jspecify.annotations.NullMarked;
