package dev.postern.llm.select;

import static java.util.Objects.requireNonNull;

import dev.postern.core.http.HeaderChanges;
import dev.postern.core.json.Json;
import dev.postern.core.spi.PolicySet;
import dev.postern.llm.provider.Provider;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A provider that several models refer to.
 *
 * @param name what they refer to
 * @param provider what it is
 * @param location where it is
 * @param defaults members of request bodies that are added where absent
 * @param overrides members of request bodies that are always set
 * @param requestHeaders changes of the headers that are sent to it
 * @param responseHeaders changes of the headers of its answers
 * @param policies what holds for calls to it
 */
public record SharedProvider(
    String name,
    Provider provider,
    Location location,
    Map<String, Json> defaults,
    Map<String, Json> overrides,
    HeaderChanges requestHeaders,
    HeaderChanges responseHeaders,
    PolicySet policies) {
  /** Checks the parts. */
  public SharedProvider {
    requireNonNull(name, "name");
    requireNonNull(provider, "provider");
    requireNonNull(location, "location");
    requireNonNull(requestHeaders, "requestHeaders");
    requireNonNull(responseHeaders, "responseHeaders");
    requireNonNull(policies, "policies");
    defaults = Collections.unmodifiableMap(new LinkedHashMap<>(defaults));
    overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides));
  }

  /** Returns a provider where it usually is. */
  public static SharedProvider of(String name, Provider provider) {
    return new SharedProvider(
        name,
        provider,
        Location.USUAL,
        Map.of(),
        Map.of(),
        HeaderChanges.NONE,
        HeaderChanges.NONE,
        PolicySet.EMPTY);
  }

  /** Returns this provider at a base URL. */
  public SharedProvider baseUrl(String baseUrl) {
    return new SharedProvider(
        name,
        provider,
        Location.baseUrl(baseUrl),
        defaults,
        overrides,
        requestHeaders,
        responseHeaders,
        policies);
  }
}
