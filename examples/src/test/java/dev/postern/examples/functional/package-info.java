/**
 * What users of the official OpenAI SDK see, through the listener and in-process, with the gateway
 * described in Java and in YAML.
 */
@NullMarked
package dev.postern.examples.functional;

import org.jspecify.annotations.NullMarked;
