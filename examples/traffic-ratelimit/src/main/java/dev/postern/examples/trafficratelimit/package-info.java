/** Limits of requests and of tokens, per caller, some by condition. */
@NullMarked
package dev.postern.examples.trafficratelimit;

import org.jspecify.annotations.NullMarked;
