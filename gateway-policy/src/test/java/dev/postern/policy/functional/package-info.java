/** Scenarios through whole gateways, and what they are made of. */
@NullMarked
package dev.postern.policy.functional;

import org.jspecify.annotations.NullMarked;
