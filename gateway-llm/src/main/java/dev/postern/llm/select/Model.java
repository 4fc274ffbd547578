package dev.postern.llm.select;

import static java.util.Objects.requireNonNull;

import dev.postern.core.http.HeaderChanges;
import dev.postern.core.json.Json;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.PolicySet;
import dev.postern.llm.provider.Provider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Models that clients may ask for, and where calls for them go.
 *
 * @param name one model exactly, or a pattern with one {@code *} at an end
 * @param id a name that stays when the other changes, or null
 * @param visibility who may ask for it; everybody by default
 * @param provider what serves it, or null if it refers to a shared one
 * @param reference the name of a shared provider, or null
 * @param model the model that the shared provider is asked for, or null for the one the client
 *     asked for
 * @param location where the provider is; the shared provider's own if it refers to one
 * @param matches alternatives of conditions on headers; none for no condition
 * @param passthrough what paths that nobody knows do with this model, or null for nothing special
 * @param defaults members of request bodies that are added where absent
 * @param overrides members of request bodies that are always set
 * @param requestHeaders changes of the headers that are sent to it
 * @param responseHeaders changes of the headers of its answers
 * @param policies what holds for calls to it
 */
public record Model(
    ModelPattern name,
    @Nullable String id,
    Visibility visibility,
    @Nullable Provider provider,
    @Nullable String reference,
    @Nullable String model,
    Location location,
    List<List<RouteMatch.Header>> matches,
    @Nullable Passthrough passthrough,
    Map<String, Json> defaults,
    Map<String, Json> overrides,
    HeaderChanges requestHeaders,
    HeaderChanges responseHeaders,
    PolicySet policies) {
  /** Who may ask for a model. */
  public enum Visibility {
    /** Everybody. */
    PUBLIC,
    /** Only virtual models lead there. */
    INTERNAL
  }

  /** What paths that nobody knows do. */
  public enum Passthrough {
    /** Nothing is read. */
    OPAQUE,
    /** Model and usage are looked for. */
    DETECT
  }

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException unless there is either a provider or a reference
   */
  public Model {
    requireNonNull(name, "name");
    requireNonNull(visibility, "visibility");
    requireNonNull(location, "location");
    requireNonNull(requestHeaders, "requestHeaders");
    requireNonNull(responseHeaders, "responseHeaders");
    requireNonNull(policies, "policies");
    if ((provider == null) == (reference == null)) {
      throw new IllegalArgumentException(
          "model " + name + ": provider and reference (expected: exactly one)");
    }
    if (provider != null && model != null) {
      throw new IllegalArgumentException(
          "model " + name + ": model beside a provider, which has its own (expected: only one)");
    }
    matches = matches.stream().map(List::copyOf).toList();
    defaults = Collections.unmodifiableMap(new LinkedHashMap<>(defaults));
    overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides));
  }

  /** Returns models that a provider serves. */
  public static Model of(String name, Provider provider) {
    return builder(name).provider(provider).build();
  }

  /** Returns a builder. */
  public static Builder builder(String name) {
    return new Builder(new ModelPattern(name));
  }

  /** Collects the parts of a model. */
  public static final class Builder {
    private final ModelPattern name;
    private @Nullable String id;
    private Visibility visibility = Visibility.PUBLIC;
    private @Nullable Provider provider;
    private @Nullable String reference;
    private @Nullable String model;
    private Location location = Location.USUAL;
    private final List<List<RouteMatch.Header>> matches = new ArrayList<>();
    private @Nullable Passthrough passthrough;
    private final Map<String, Json> defaults = new LinkedHashMap<>();
    private final Map<String, Json> overrides = new LinkedHashMap<>();
    private HeaderChanges requestHeaders = HeaderChanges.NONE;
    private HeaderChanges responseHeaders = HeaderChanges.NONE;
    private PolicySet policies = PolicySet.EMPTY;

    private Builder(ModelPattern name) {
      this.name = name;
    }

    /** Sets the name that stays. */
    public Builder id(@Nullable String id) {
      this.id = id;
      return this;
    }

    /** Sets who may ask for it. */
    public Builder visibility(Visibility visibility) {
      this.visibility = visibility;
      return this;
    }

    /** Sets what serves it. */
    public Builder provider(Provider provider) {
      this.provider = provider;
      return this;
    }

    /** Sets the shared provider that serves it. */
    public Builder reference(String reference) {
      this.reference = reference;
      return this;
    }

    /** Sets the model that the shared provider is asked for. */
    public Builder model(@Nullable String model) {
      this.model = model;
      return this;
    }

    /** Sets where the provider is. */
    public Builder location(Location location) {
      this.location = location;
      return this;
    }

    /** Sets where the provider is. */
    public Builder baseUrl(String baseUrl) {
      return location(Location.baseUrl(baseUrl));
    }

    /** Adds an alternative of conditions on headers that must all hold. */
    public Builder match(RouteMatch.Header... headers) {
      matches.add(List.of(headers));
      return this;
    }

    /** Sets what paths that nobody knows do with this model. */
    public Builder passthrough(@Nullable Passthrough passthrough) {
      this.passthrough = passthrough;
      return this;
    }

    /** Adds a member to request bodies where it is absent. */
    public Builder defaultMember(String name, Json value) {
      defaults.put(name, value);
      return this;
    }

    /** Sets a member of request bodies, whatever the client says. */
    public Builder override(String name, Json value) {
      overrides.put(name, value);
      return this;
    }

    /** Sets changes of the headers that are sent to it. */
    public Builder requestHeaders(HeaderChanges requestHeaders) {
      this.requestHeaders = requestHeaders;
      return this;
    }

    /** Sets changes of the headers of its answers. */
    public Builder responseHeaders(HeaderChanges responseHeaders) {
      this.responseHeaders = responseHeaders;
      return this;
    }

    /** Sets what holds for calls to it. */
    public Builder policies(PolicySet policies) {
      this.policies = policies;
      return this;
    }

    /** Returns the model. */
    public Model build() {
      return new Model(
          name,
          id,
          visibility,
          provider,
          reference,
          model,
          location,
          matches,
          passthrough,
          defaults,
          overrides,
          requestHeaders,
          responseHeaders,
          policies);
    }
  }
}
