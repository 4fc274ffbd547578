/** A gateway in front of plain HTTP services. */
@NullMarked
package dev.postern.examples.httpproxy;

import org.jspecify.annotations.NullMarked;
