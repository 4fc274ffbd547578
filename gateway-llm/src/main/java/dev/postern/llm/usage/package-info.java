/** Tokens, times and outcomes of calls, and the metrics made from them. */
@NullMarked
package dev.postern.llm.usage;

import org.jspecify.annotations.NullMarked;
