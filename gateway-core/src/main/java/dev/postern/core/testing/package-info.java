/**
 * Helps tests of applications that embed a gateway: a model that answers the same each time, and an
 * extension for JUnit that starts a gateway. JUnit must be there only for the extension.
 */
@NullMarked
package dev.postern.core.testing;

import org.jspecify.annotations.NullMarked;
