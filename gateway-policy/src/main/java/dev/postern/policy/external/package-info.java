/** Services outside decide. */
@NullMarked
package dev.postern.policy.external;

import org.jspecify.annotations.NullMarked;
