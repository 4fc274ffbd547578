/** Keys, tokens and passwords for three kinds of callers, and rules for what each may do. */
@NullMarked
package dev.postern.examples.trafficauth;

import org.jspecify.annotations.NullMarked;
