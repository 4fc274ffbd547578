/** A gateway inside an application, with a policy of its own, and no socket. */
@NullMarked
package dev.postern.examples.embedinapp;

import org.jspecify.annotations.NullMarked;
