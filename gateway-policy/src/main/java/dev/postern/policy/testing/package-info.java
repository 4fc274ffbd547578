/**
 * Helps tests of configurations: expressions evaluated alone, and policies tried out without a
 * network, from Java or from a YAML file. JUnit must be there only for {@link
 * dev.postern.policy.testing.DynamicPolicyTests}.
 */
@NullMarked
package dev.postern.policy.testing;

import org.jspecify.annotations.NullMarked;
