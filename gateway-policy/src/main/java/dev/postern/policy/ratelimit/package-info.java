/** Limits on how often callers may call, and how many tokens of models they may use. */
@NullMarked
package dev.postern.policy.ratelimit;

import org.jspecify.annotations.NullMarked;
