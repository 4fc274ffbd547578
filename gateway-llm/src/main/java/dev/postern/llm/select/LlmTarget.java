package dev.postern.llm.select;

import dev.postern.core.HealthVerdict;
import dev.postern.core.exchange.Handler;
import dev.postern.core.upstream.EndpointHealth;
import dev.postern.core.upstream.HealthRules;
import org.jspecify.annotations.Nullable;

/**
 * One provider that calls can be sent to.
 *
 * @param name its name in logs and errors
 * @param system the name of its provider in metrics, spans and logs
 * @param identity with equality: who is called with which credentials
 * @param passesCredentials whether the caller's own credentials are sent, so that a refusal of them
 *     is the caller's
 * @param health how it has been doing
 * @param rules when it gets no calls, or null for the default: among several, after each failure
 * @param verdict says which of its responses count against it
 * @param handler serves one attempt, the backend phase included
 */
public record LlmTarget(
    String name,
    String system,
    Object identity,
    boolean passesCredentials,
    EndpointHealth health,
    @Nullable HealthRules rules,
    HealthVerdict verdict,
    Handler handler) {}
