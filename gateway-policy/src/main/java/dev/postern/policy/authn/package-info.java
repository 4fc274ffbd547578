/**
 * Who calls: API keys, JSON Web Tokens, user names with passwords.
 *
 * <p>Each policy finds a credential, verifies it, takes it out of the request and offers what it
 * learnt to expressions.
 */
@NullMarked
package dev.postern.policy.authn;

import org.jspecify.annotations.NullMarked;
