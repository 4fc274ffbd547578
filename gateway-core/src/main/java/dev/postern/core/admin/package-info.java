/**
 * What operators ask a gateway: is it ready, what are its numbers. Handlers, without a listener.
 */
@NullMarked
package dev.postern.core.admin;

import org.jspecify.annotations.NullMarked;
