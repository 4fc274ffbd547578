/** What the gateway costs, measured from outside: see docs/performance.md. */
@NullMarked
package dev.postern.benchmark;

import org.jspecify.annotations.NullMarked;
