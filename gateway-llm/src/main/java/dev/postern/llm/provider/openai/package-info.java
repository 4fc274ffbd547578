/** OpenAI. */
@NullMarked
package dev.postern.llm.provider.openai;

import org.jspecify.annotations.NullMarked;
