package dev.postern.llm;

import static java.util.Objects.requireNonNull;

import dev.postern.core.HealthVerdict;
import dev.postern.core.RetryRules;
import dev.postern.core.SessionAffinity;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.HeaderChanges;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.StateType;
import dev.postern.core.text.Secret;
import dev.postern.core.upstream.Endpoint;
import dev.postern.core.upstream.EndpointHealth;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.select.Aliases;
import dev.postern.llm.select.GroupTable;
import dev.postern.llm.select.LlmTarget;
import dev.postern.llm.select.Location;
import dev.postern.llm.select.Model;
import dev.postern.llm.select.ModelTable;
import dev.postern.llm.select.NamedProvider;
import dev.postern.llm.select.Option;
import dev.postern.llm.select.ProviderGroup;
import dev.postern.llm.select.Resolver;
import dev.postern.llm.select.SharedProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes what a backend describes ready to be called, once per configuration. */
final class Targets {
  /** Health outlives configurations. */
  private static final StateType<Endpoint, EndpointHealth> HEALTH =
      (endpoint, context) -> new EndpointHealth();

  private final BackendContext context;
  private final AiPolicy policy;
  private final boolean retriesReadResponses;
  private boolean judgedByCondition;
  private boolean judgedByRequestBody;
  private int made;

  Targets(BackendContext context, AiPolicy policy, RetryRules retries) {
    this.context = context;
    this.policy = policy;
    this.retriesReadResponses = retries.readsResponses();
  }

  /** Returns whether a condition decides which responses count against one of them. */
  boolean judgedByCondition() {
    return judgedByCondition;
  }

  /** Returns whether such a condition looks into the body of requests. */
  boolean judgedByRequestBody() {
    return judgedByRequestBody;
  }

  /** Returns what finds the way of calls to {@code backend}. */
  Resolver resolver(LlmBackend backend) {
    return backend.groups().isEmpty() ? models(backend) : groups(backend.groups());
  }

  private Resolver groups(List<ProviderGroup> groups) {
    List<List<Option>> made = new ArrayList<>();
    for (ProviderGroup group : groups) {
      List<Option> entries = new ArrayList<>();
      for (NamedProvider provider : group.providers()) {
        AiPolicy own = provider.policies().find(AiPolicy.class);
        AiPolicy applied = own == null ? policy : own;
        LlmTarget target =
            target(
                provider.name(),
                provider.provider(),
                provider.location(),
                provider.policies(),
                new RequestEdits(provider.provider(), applied.defaults(), applied.overrides()),
                new HeaderEdits(HeaderChanges.NONE, HeaderChanges.NONE),
                applied.alwaysUsage());
        entries.add(
            new Option(target, Aliases.of(applied.modelAliases()), provider.provider().model()));
      }
      made.add(entries);
    }
    return new GroupTable(made, context);
  }

  private Resolver models(LlmBackend backend) {
    Map<String, SharedProvider> shared = new HashMap<>();
    for (SharedProvider provider : backend.providers()) {
      if (shared.put(provider.name(), provider) != null) {
        throw new IllegalArgumentException("provider " + provider.name() + ": defined twice");
      }
    }
    List<ModelTable.Entry> entries = new ArrayList<>();
    for (Model model : backend.models()) {
      entries.add(entry(model, shared));
    }
    return new ModelTable(entries, backend.virtualModels(), context);
  }

  private ModelTable.Entry entry(Model model, Map<String, SharedProvider> shared) {
    Provider provider = model.provider();
    Location location = model.location();
    Map<String, Json> defaults = new LinkedHashMap<>(policy.defaults());
    Map<String, Json> overrides = new LinkedHashMap<>(policy.overrides());
    PolicySet policies = model.policies();
    HeaderChanges requestHeaders = model.requestHeaders();
    HeaderChanges responseHeaders = model.responseHeaders();
    String pinned = model.model();
    if (provider == null) {
      SharedProvider referred = shared.get(model.reference());
      if (referred == null) {
        throw new IllegalArgumentException(
            "model " + model.name() + ": unknown provider " + model.reference());
      }
      provider = referred.provider();
      location = location.equals(Location.USUAL) ? referred.location() : location;
      policies = policies.over(referred.policies());
      defaults.putAll(referred.defaults());
      overrides.putAll(referred.overrides());
      requestHeaders = requestHeaders.over(referred.requestHeaders());
      responseHeaders = responseHeaders.over(referred.responseHeaders());
    }
    pinned = pinned == null ? provider.model() : pinned;
    defaults.putAll(model.defaults());
    overrides.putAll(model.overrides());
    String name = model.id() == null ? model.name().text() : model.id();
    LlmTarget target =
        target(
            name,
            provider,
            location,
            policies,
            new RequestEdits(provider, defaults, overrides),
            new HeaderEdits(requestHeaders, responseHeaders),
            policy.alwaysUsage());
    return new ModelTable.Entry(model, target, pinned);
  }

  private LlmTarget target(
      String name,
      Provider provider,
      Location location,
      PolicySet own,
      RequestEdits edits,
      HeaderEdits headers,
      boolean alwaysUsage) {
    if (own.find(SessionAffinity.class) != null) {
      throw new IllegalArgumentException(
          name + ": sessionAffinity on one provider (expected: on the backend, for all of them)");
    }
    TargetPolicies policies = TargetPolicies.of(context, provider, own.over(context.policies()));
    HealthVerdict verdict = policies.verdict();
    judgedByCondition |= verdict.byCondition();
    judgedByRequestBody |= verdict.readsRequests();
    ProviderAddress address = new ProviderAddress(provider, location, policies.tls());
    Handler handler =
        new ProviderHandler(
            provider,
            name,
            address,
            policies.key(),
            edits,
            headers,
            alwaysUsage,
            policies.transports(),
            context);
    Handler phase = context.backendPhase(policies.backendPhase(), handler);
    if (retriesReadResponses || verdict.readsResponses()) {
      phase = context.buffers().forExpressions(phase);
    }
    EndpointHealth health =
        context.state(HEALTH, context.name() + "/" + made++ + "/" + name, address.endpoint());
    return new LlmTarget(
        name,
        provider.system(),
        new Identity(provider.system(), address.authority(), policies.key()),
        policies.passesCredentials(),
        health,
        policies.health(),
        verdict,
        policies.passesCredentials() ? withCredentials(phase) : phase);
  }

  private static Handler withCredentials(Handler phase) {
    return (exchange, request) -> {
      LlmCall call = requireNonNull(exchange.get(LlmCall.KEY));
      Headers headers = request.headers().toBuilder().addAll(call.credentials()).build();
      return phase.handle(exchange, request.withHeaders(headers));
    };
  }

  /** Who is called as whom: two targets that are equal in this refuse the same. */
  private record Identity(String system, String authority, @Nullable Secret key) {}
}
