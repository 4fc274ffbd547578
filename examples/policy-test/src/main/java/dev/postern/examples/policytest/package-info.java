/** A configuration and a policy of its own, tested without a network. */
@NullMarked
package dev.postern.examples.policytest;

import org.jspecify.annotations.NullMarked;
