/**
 * Expressions in the Common Expression Language, over cel-java: what they may name, what they can
 * do, and what stops them.
 */
@NullMarked
package dev.postern.policy.cel;

import org.jspecify.annotations.NullMarked;
