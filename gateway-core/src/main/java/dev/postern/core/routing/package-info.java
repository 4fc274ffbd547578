/**
 * Which traffic goes where: routes, their conditions, and the compiled table that finds the one
 * that fits.
 */
@NullMarked
package dev.postern.core.routing;

import org.jspecify.annotations.NullMarked;
