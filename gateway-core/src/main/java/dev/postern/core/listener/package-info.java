/**
 * The bundled HTTP listener: turns sockets into calls of a {@code Handler}.
 *
 * <p>The only package that knows Vert.x and Netty; nothing of them is loaded before a listener
 * opens.
 */
@NullMarked
package dev.postern.core.listener;

import org.jspecify.annotations.NullMarked;
