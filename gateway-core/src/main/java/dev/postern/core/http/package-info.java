/**
 * The values of HTTP: requests, responses, headers, bodies, server-sent events.
 *
 * <p>Values only; nothing here opens a connection, routes or decides.
 */
@NullMarked
package dev.postern.core.http;

import org.jspecify.annotations.NullMarked;
