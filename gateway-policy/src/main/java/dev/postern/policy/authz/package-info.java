/** Rules in expressions decide who may do what. */
@NullMarked
package dev.postern.policy.authz;

import org.jspecify.annotations.NullMarked;
