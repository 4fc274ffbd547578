/**
 * Texts with a meaning of their own: secrets, durations, regular expressions that run in linear
 * time, and suggestions for misspelt names. Knows nothing else of the gateway.
 */
@NullMarked
package dev.postern.core.text;

import org.jspecify.annotations.NullMarked;
