/** Two models and an alias behind one key, asked by curl and by the OpenAI SDK. */
@NullMarked
package dev.postern.examples.llmbasic;

import org.jspecify.annotations.NullMarked;
