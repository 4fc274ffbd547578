/**
 * One request on its way: the exchange, its scope, and the two small contracts that everything on
 * the way implements, {@link dev.postern.core.exchange.Handler} and {@link
 * dev.postern.core.exchange.Interceptor}.
 */
@NullMarked
package dev.postern.core.exchange;

import org.jspecify.annotations.NullMarked;
