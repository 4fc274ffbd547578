/**
 * A gateway as a program: reads a file, opens its ports, follows its changes, drains at the end.
 */
@NullMarked
package dev.postern.examples.runner;

import org.jspecify.annotations.NullMarked;
