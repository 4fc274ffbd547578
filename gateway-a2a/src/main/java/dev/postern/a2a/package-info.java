/** A2A traffic. Holds no code yet; configuration that asks for A2A is refused by name. */
@NullMarked
package dev.postern.a2a;

import org.jspecify.annotations.NullMarked;
