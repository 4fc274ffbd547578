package dev.postern.core.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can stand in a configuration: the policies, backends and forms that the jars at hand bring.
 */
final class Dialect {
  /** Lists of names that may be written as one name. */
  private static final Set<String> ONE_OR_MANY =
      Set.of("routes.gateways", "backends.hosts.hosts", "config.logging.level");

  /** Collections of the document that are read on when an item is broken. */
  private static final Set<String> PARTIAL =
      Set.of("binds", "binds.listeners", "gateways", "routes", "backends", "policies");

  /** The backends that a policy can ask. */
  private static final Set<String> OF_SERVICES = Set.of("host", "backend");

  private final Map<String, PolicyType> policies = new LinkedHashMap<>();
  private final Map<String, BackendType> backends = new LinkedHashMap<>();
  private final Map<String, ConfigSection> sections = new LinkedHashMap<>();
  private final Map<Class<?>, Form<?, ?>> forms = new HashMap<>();
  private final Map<Class<?>, String> addresses = new HashMap<>();
  private final Documented documented;

  Dialect(
      Collection<? extends PolicyType> policies,
      Collection<? extends BackendType> backends,
      Collection<? extends ConfigSection> sections,
      Collection<Form<?, ?>> forms,
      Documented documented) {
    for (PolicyType type : policies) {
      if (this.policies.put(type.key(), type) != null) {
        throw new IllegalStateException("two modules bring the policy " + type.key());
      }
      addresses.put(type.type(), "policies." + type.key());
      addressOfForm(element(type.form()), "policies." + type.key());
    }
    for (BackendType type : backends) {
      if (this.backends.put(type.key(), type) != null) {
        throw new IllegalStateException("two modules bring the backend " + type.key());
      }
      addresses.put(type.type(), "backends." + type.key());
      addressOfForm(type.form(), "backends." + type.key());
    }
    for (ConfigSection type : sections) {
      if (this.sections.put(type.key(), type) != null) {
        throw new IllegalStateException("two modules bring the section " + type.key());
      }
      addresses.put(type.type(), type.key());
      addressOfForm(type.form(), type.key());
    }
    forms.forEach(form -> this.forms.put(form.type(), form));
    this.documented = documented;
  }

  /** What is written as another record is found in the table as that record. */
  private void addressOfForm(Type form, String address) {
    if (form instanceof Class<?> record) {
      addresses.putIfAbsent(record, address);
    }
  }

  /** Returns what a list is of; of anything else, itself. */
  static Type element(Type form) {
    return form instanceof ParameterizedType generic && generic.getRawType() == List.class
        ? generic.getActualTypeArguments()[0]
        : form;
  }

  /** Returns what core and the modules on the class path bring. */
  static Dialect load() {
    List<PolicyType> policies = new ArrayList<>(CoreTypes.POLICIES);
    ServiceLoader.load(PolicyType.class).forEach(policies::add);
    List<BackendType> backends = new ArrayList<>(CoreTypes.BACKENDS);
    ServiceLoader.load(BackendType.class).forEach(backends::add);
    List<ConfigSection> sections = new ArrayList<>();
    ServiceLoader.load(ConfigSection.class).forEach(sections::add);
    return new Dialect(policies, backends, sections, CoreTypes.FORMS, Documented.load());
  }

  Documented documented() {
    return documented;
  }

  @Nullable Form<?, ?> form(Class<?> type) {
    return forms.get(type);
  }

  /** Returns how the table of documented fields calls the object that a record is read from. */
  String address(Class<?> type) {
    return addresses.getOrDefault(type, "");
  }

  boolean oneOrMany(String address) {
    return ONE_OR_MANY.contains(address);
  }

  boolean partial(String address) {
    return PARTIAL.contains(address);
  }

  /** Returns the policy of that name, or null when there is none that may stand at the place. */
  @Nullable PolicyType policy(String key, PolicyPlace place) {
    PolicyType type = policies.get(key);
    return type != null && type.places().contains(place) ? type : null;
  }

  @Nullable PolicyType policy(String key) {
    return policies.get(key);
  }

  Collection<PolicyType> policies() {
    return policies.values();
  }

  List<String> policyKeys(PolicyPlace place) {
    List<String> keys = new ArrayList<>();
    for (PolicyType type : policies.values()) {
      if (type.places().contains(place)) {
        keys.add(type.key());
      }
    }
    return keys;
  }

  /** Returns where a policy may stand, be it read or only documented; nowhere if it is neither. */
  Set<PolicyPlace> places(String key) {
    PolicyType type = policies.get(key);
    Set<PolicyPlace> places = new LinkedHashSet<>();
    for (PolicyPlace place : PolicyPlace.values()) {
      if (type == null ? documented.places(key).contains(place) : type.places().contains(place)) {
        places.add(place);
      }
    }
    return places;
  }

  /** Returns the backends that may be written in the object at that address. */
  List<String> backendKeys(String address) {
    List<String> keys = new ArrayList<>();
    for (BackendType type : backends.values()) {
      if (address.startsWith("policies.")
          ? OF_SERVICES.contains(type.key())
          : type.named() || !address.equals("backends")) {
        keys.add(type.key());
      }
    }
    return keys;
  }

  @Nullable BackendType backend(String key) {
    return backends.get(key);
  }

  Collection<BackendType> backends() {
    return backends.values();
  }

  Collection<ConfigSection> sections() {
    return sections.values();
  }

  /** Returns the fields of the objects at that address; none when there is no such object. */
  Set<String> fields(String address) {
    return new Schema(this).fields(address);
  }

  /** Returns where the policies of the object at that address stand. */
  static PolicyPlace place(String address) {
    if (address.startsWith("policies.")) {
      return PolicyPlace.SERVICE; // a policy that has policies asks a service
    }
    String last = address.substring(address.lastIndexOf('.') + 1);
    return switch (last) {
      case "routes", "mcp" -> PolicyPlace.ROUTE;
      case "*", "listeners" -> PolicyPlace.GATEWAY;
      case "llm" -> PolicyPlace.LLM;
      case "ui" -> PolicyPlace.UI;
      case "targets" -> PolicyPlace.SERVICE;
      default -> PolicyPlace.BACKEND;
    };
  }
}
