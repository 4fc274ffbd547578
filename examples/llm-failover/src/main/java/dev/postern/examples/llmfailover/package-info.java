/** Two providers: the second takes over while the first fails. */
@NullMarked
package dev.postern.examples.llmfailover;

import org.jspecify.annotations.NullMarked;
