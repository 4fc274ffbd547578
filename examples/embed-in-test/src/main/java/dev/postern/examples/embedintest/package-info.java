/** Tests of an application that asks models, without keys and network. */
@NullMarked
package dev.postern.examples.embedintest;

import org.jspecify.annotations.NullMarked;
