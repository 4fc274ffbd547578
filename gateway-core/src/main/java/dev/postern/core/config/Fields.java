package dev.postern.core.config;

import dev.postern.core.spi.Backend;
import dev.postern.core.spi.PolicySet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which fields an object may have, and what is said about those it may not have. */
final class Fields {
  private final Dialect dialect;
  private final Diagnostics problems;
  private final SourceText source;
  private final boolean ignoreUnknown;

  Fields(Dialect dialect, Diagnostics problems, SourceText source, boolean ignoreUnknown) {
    this.dialect = dialect;
    this.problems = problems;
    this.source = source;
    this.ignoreUnknown = ignoreUnknown;
  }

  /** Returns the names of the fields of a record at that address. */
  Set<String> of(RecordShape shape, String address) {
    Set<String> names = new LinkedHashSet<>();
    for (RecordShape.Component component : shape.components()) {
      if (component.rawType() == Backend.class) {
        names.addAll(dialect.backendKeys(address));
      } else if (component.inline() && component.rawType() == PolicySet.class) {
        names.addAll(dialect.policyKeys(Dialect.place(address)));
      } else if (component.inline()) {
        dialect.sections().forEach(section -> names.add(section.key()));
      } else {
        names.add(component.name());
      }
    }
    return names;
  }

  /** Returns the names as one text. */
  static String names(Iterable<String> names) {
    return String.join(", ", names);
  }

  /** Returns the value of a component, under its name or another that it has had, or null. */
  static @Nullable ConfigNode child(ConfigNode node, String component) {
    ConfigNode child = node.get(component);
    String synonym = Synonyms.of(component);
    return child == null && synonym != null ? node.get(synonym) : child;
  }

  /** Returns whether {@link #refuseUnknown} has something to say about the object. */
  boolean explains(ConfigNode node, Collection<String> known) {
    return node.names().stream().anyMatch(name -> !known.contains(name));
  }

  void refuseUnknown(ConfigNode node, Collection<String> known, String address) {
    for (String name : node.names()) {
      String synonym = Synonyms.nameOf(name);
      if (!known.contains(name) && (synonym == null || !known.contains(synonym))) {
        PolicyPlace place = Dialect.place(address);
        Documented.Entry entry = dialect.documented().find(address, name);
        if (entry == null
            && address.startsWith("gateways.")
            && dialect.places(name).contains(place)) {
          entry = dialect.documented().policy(name); // policies stand beside the other fields here
        }
        refuse(node, name, entry, known, place);
      }
    }
  }

  void refuseUnknownPolicies(ConfigNode node, PolicyPlace place) {
    List<String> known = dialect.policyKeys(place);
    for (String name : node.names()) {
      if (!known.contains(name)) {
        boolean here = dialect.places(name).contains(place);
        refuse(node, name, here ? dialect.documented().policy(name) : null, known, place);
      }
    }
  }

  private void refuse(
      ConfigNode node,
      String name,
      Documented.@Nullable Entry entry,
      Collection<String> known,
      PolicyPlace place) {
    ConfigNode value = node.fields().get(name);
    if (value == null) {
      return;
    }
    hide(value);
    if (entry != null) {
      ConfigDiagnostic problem =
          ConfigDiagnostic.error(entry.code(), value.keyLocation(), value.path(), entry.message());
      problems.add(entry.warning() ? problem.as(ConfigDiagnostic.Severity.WARNING) : problem);
      return;
    }
    ConfigDiagnostic problem = unknown(value, name, known, place);
    problems.add(ignoreUnknown ? problem.as(ConfigDiagnostic.Severity.WARNING) : problem);
  }

  private ConfigDiagnostic unknown(
      ConfigNode value, String name, Collection<String> known, PolicyPlace place) {
    String foreign = value.path().equals(name) ? FieldNames.foreign(name).orElse(null) : null;
    List<String> meant = foreign == null ? FieldNames.meant(name, known) : List.of();
    Set<PolicyPlace> elsewhere = dialect.places(name);
    String message = "unknown field";
    if (foreign != null) {
      message += "; " + foreign;
    } else if (!elsewhere.isEmpty() && !elsewhere.contains(place)) {
      message =
          "`"
              + name
              + "` is not valid here; it is valid in "
              + String.join(", ", elsewhere.stream().map(PolicyPlace::toString).toList());
    } else if (!meant.isEmpty()) {
      message += ", did you mean \"" + String.join("\" or \"", meant) + "\"?";
    }
    ConfigDiagnostic problem =
        ConfigDiagnostic.error(
            ConfigCode.UNKNOWN_FIELD, value.keyLocation(), value.path(), message);
    if (!meant.isEmpty()) {
      problem = problem.suggest(meant.getFirst());
    }
    return known.isEmpty()
        ? problem
        : problem.note("valid fields: " + String.join(", ", new ArrayList<>(known)));
  }

  /** An unknown field may be a secret one with a typing error in its name. */
  private void hide(ConfigNode value) {
    if (value.kind().scalar()) {
      source.hide(value.location());
    }
    value.items().forEach(this::hide);
    value.fields().values().forEach(this::hide);
  }
}
