/** Calls to models from end to end: what comes on the wire, what goes out, and what breaks. */
@NullMarked
package dev.postern.llm.functional;

import org.jspecify.annotations.NullMarked;
