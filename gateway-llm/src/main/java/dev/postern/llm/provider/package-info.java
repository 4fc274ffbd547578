/**
 * What every provider of models has to say: where it is, what it speaks, how it knows its callers.
 */
@NullMarked
package dev.postern.llm.provider;

import org.jspecify.annotations.NullMarked;
