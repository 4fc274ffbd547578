package dev.postern.core.config;

import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.exchange.ExpressionText;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the node of a path, also of one that calls list items by their names. */
final class Whereabouts {
  private static final Pattern STEP = Pattern.compile("\\[(\\d+)]|\\[\"([^\"]*)\"]|([^.\\[\\]]+)");

  private Whereabouts() {}

  static ConfigDiagnostic locate(ConfigNode root, InvalidConfigurationException.Problem problem) {
    ConfigNode at = find(root, problem.path());
    ExpressionText.Position position = problem.position();
    if (position != null) {
      Location exact = Location.at(position.source(), position.line(), position.column());
      return ConfigDiagnostic.error(ConfigCode.MALFORMED, exact, problem.path(), problem.message());
    }
    ConfigDiagnostic located = Refusal.of(at, problem.message());
    String path = located.path().equals(at.path()) ? problem.path() : located.path();
    return new ConfigDiagnostic(
        located.severity(),
        located.code(),
        path,
        located.message(),
        located.location(),
        List.of(),
        List.of(),
        List.of(),
        null);
  }

  /** Returns the deepest node on the path that is written. */
  static ConfigNode find(ConfigNode root, String path) {
    ConfigNode at = root;
    Matcher step = STEP.matcher(path);
    while (step.find()) {
      ConfigNode next = step(at, step);
      if (next == null) {
        break;
      }
      at = next;
    }
    return at;
  }

  private static @Nullable ConfigNode step(ConfigNode at, Matcher step) {
    if (step.group(1) != null) {
      return item(at, Integer.parseInt(step.group(1)));
    }
    String name = step.group(2) == null ? step.group(3) : step.group(2);
    if (at.kind() != ConfigNode.Kind.LIST) {
      return at.get(name);
    }
    for (ConfigNode item : at.items()) {
      ConfigNode own = item.get("name");
      if (own != null && own.text().equals(name)) {
        return item;
      }
    }
    Matcher numbered = Pattern.compile("[a-z]+(\\d{1,6})").matcher(name);
    return numbered.matches() ? item(at, Integer.parseInt(numbered.group(1))) : null;
  }

  private static @Nullable ConfigNode item(ConfigNode list, int index) {
    return index < list.items().size() ? list.items().get(index) : null;
  }
}
