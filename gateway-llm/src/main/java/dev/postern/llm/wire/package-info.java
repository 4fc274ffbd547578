/** The kinds of calls that clients make, and how errors are written in each of their formats. */
@NullMarked
package dev.postern.llm.wire;

import org.jspecify.annotations.NullMarked;
