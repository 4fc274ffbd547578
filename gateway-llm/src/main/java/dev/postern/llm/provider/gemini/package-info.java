/** Google AI Studio. */
@NullMarked
package dev.postern.llm.provider.gemini;

import org.jspecify.annotations.NullMarked;
