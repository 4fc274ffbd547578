/** Services and servers that speak OpenAI's formats. */
@NullMarked
package dev.postern.llm.provider.compatible;

import org.jspecify.annotations.NullMarked;
