/** What has to be known about bodies in OpenAI's formats, read where it lies in the bytes. */
@NullMarked
package dev.postern.llm.wire.openai;

import org.jspecify.annotations.NullMarked;
