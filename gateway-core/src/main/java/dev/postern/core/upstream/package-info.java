/**
 * Calls to upstream servers: endpoints, the client, balancing and health.
 *
 * <p>The only package that knows OkHttp.
 */
@NullMarked
package dev.postern.core.upstream;

import org.jspecify.annotations.NullMarked;
