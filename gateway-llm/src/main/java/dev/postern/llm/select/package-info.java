/** Which model and provider a call goes to, and what is tried next. */
@NullMarked
package dev.postern.llm.select;

import org.jspecify.annotations.NullMarked;
