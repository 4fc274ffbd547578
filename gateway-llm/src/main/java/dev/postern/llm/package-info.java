/** The backend for large language models. */
@NullMarked
package dev.postern.llm;

import org.jspecify.annotations.NullMarked;
