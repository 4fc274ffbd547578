/**
 * The gateway and its configuration model.
 *
 * <p>Start with {@link dev.postern.core.Gateway}; the order in which things happen to a request
 * stands in one class, {@code Pipeline}.
 */
@NullMarked
package dev.postern.core;

import org.jspecify.annotations.NullMarked;
