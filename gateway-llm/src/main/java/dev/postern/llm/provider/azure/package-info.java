/** Azure OpenAI and Foundry. */
@NullMarked
package dev.postern.llm.provider.azure;

import org.jspecify.annotations.NullMarked;
