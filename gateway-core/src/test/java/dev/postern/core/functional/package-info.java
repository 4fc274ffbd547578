/**
 * Scenarios through the public doors: what a hostile client, a hostile upstream and an ordinary
 * user see.
 */
@NullMarked
package dev.postern.core.functional;

import org.jspecify.annotations.NullMarked;
