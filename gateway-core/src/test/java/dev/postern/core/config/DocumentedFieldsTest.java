package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every field that is documented and not built, written where it may stand. */
class DocumentedFieldsTest {
  /** Objects that are items of a list. */
  private static final Set<String> LISTS =
      Set.of(
          "binds",
          "binds.listeners",
          "gateways.*.listeners",
          "routes",
          "routes.backends",
          "backends",
          "policies");

  /** A document in one line, and the path of the one field in it that matters. */
  private record Written(String yaml, String path) {
    Written in(String before, String after, String path) {
      return new Written(before + yaml + after, path + this.path);
    }
  }

  static List<Arguments> fields() {
    List<Arguments> all = new ArrayList<>();
    Dialect dialect = Dialect.load();
    Documented.load()
        .all()
        .forEach((address, fields) ->
            fields.forEach((name, entry) -> {
              for (Written written : places(address, name, dialect)) {
                all.add(argumentSet(written.path(), name, entry, written));
              }
            }));
    return all;
  }

  private static List<Written> places(String address, String name, Dialect dialect) {
    Written field = new Written(name + ": {}", name);
    if (address.startsWith("policies/")) {
      List<Written> places = new ArrayList<>();
      dialect.places(name).forEach(place -> places.addAll(at(place, field)));
      return places;
    }
    String policy = address.startsWith("policies.") ? address.split("\\.")[1] : "target";
    if (!policy.equals("target")) {
      PolicyType type = dialect.policy(policy);
      String below = address.substring("policies.".length());
      return type == null
          ? List.of() // of a module that is not here
          : at(type.places().iterator().next(), nested("policies.", below, field));
    }
    boolean elsewhere = address.startsWith("llm") || address.contains(".ai");
    return elsewhere ? List.of() : List.of(nested("", address, field));
  }

  private static List<Written> at(PolicyPlace place, Written policy) {
    return switch (place) {
      case GATEWAY ->
          List.of(
              policy.in("gateways: {default: {port: 80, ", "}}", "gateways.default."),
              policy.in(
                  "gateways: {default: {port: 80, listeners: [{",
                  "}]}}",
                  "gateways.default.listeners[0]."));
      case ROUTE -> List.of(policy.in("routes: [{policies: {", "}}]", "routes[0].policies."));
      case BACKEND ->
          List.of(
              policy.in(
                  "backends: [{name: a, host: 'h:80', policies: {",
                  "}}]",
                  "backends[0].policies."));
      case SERVICE, LLM, UI -> List.of(); // of a module that is not here
    };
  }

  /** Writes the field into the object at an address, from the inside out. */
  private static Written nested(String root, String address, Written field) {
    Written written = field;
    String left = address;
    while (!left.isEmpty()) {
      String last = left.substring(left.lastIndexOf('.') + 1);
      String key = last.equals("*") ? "default" : last;
      written =
          LISTS.contains(root + left)
              ? written.in(key + ": [{", "}]", key + "[0].")
              : written.in(key + ": {", "}", key + ".");
      left = left.substring(0, Math.max(0, left.length() - last.length() - 1));
    }
    return written;
  }

  @ParameterizedTest
  @MethodSource("fields")
  void isRefusedByNameAtItsPlace(String name, Documented.Entry entry, Written written) {
    int column = written.yaml().lastIndexOf(name + ": {}") + 1;

    assertThat(Texts.lines(written.yaml()))
        .contains(
            "1:" + column + " " + entry.code() + " " + written.path() + ": " + entry.message());
  }
}
