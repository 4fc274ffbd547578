/**
 * Policies that shape traffic: headers, redirects, rewrites, fixed answers, cross-origin requests.
 */
@NullMarked
package dev.postern.policy.traffic;

import org.jspecify.annotations.NullMarked;
