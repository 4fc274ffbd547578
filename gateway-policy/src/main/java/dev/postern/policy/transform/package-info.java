/** Expressions that rewrite requests and responses. */
@NullMarked
package dev.postern.policy.transform;

import org.jspecify.annotations.NullMarked;
