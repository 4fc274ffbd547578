package dev.postern.core.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a problem of what a constructor refused: finds the field its message names. */
final class Refusal {
  private static final Pattern FIELD =
      Pattern.compile("(?s)([a-z][A-Za-z0-9]*(?:\\[\\d+]|\\.[A-Za-z][A-Za-z0-9]*)*)(: | )(.*)");
  private static final Pattern STEP = Pattern.compile("\\[(\\d+)]|([A-Za-z][A-Za-z0-9]*)");
  private static final Pattern RANGE =
      Pattern.compile(
          ".*\\(expected: (-?[\\d.]+\\.\\.|at (least|most)|(zero|\\d+|more) ).*", Pattern.DOTALL);

  private Refusal() {}

  static ConfigDiagnostic of(ConfigNode node, String message) {
    Matcher field = FIELD.matcher(message);
    if (field.matches() && node.kind() != ConfigNode.Kind.MAP && field.group(2).equals(": ")) {
      // A value that stands for a record of one component: its name is the key already.
      String own = field.group(3);
      return ConfigDiagnostic.error(code(message), node.location(), node.path(), own);
    }
    if (field.matches()) {
      boolean required = field.group(3).equals("is required");
      ConfigNode at = follow(node, field.group(1));
      if (required || field.group(2).equals(": ")) {
        ConfigPath path = path(node, field.group(1));
        return ConfigDiagnostic.error(
            required ? ConfigCode.MISSING : code(message),
            (at == null ? node : at).location(),
            path.toString(),
            field.group(3));
      }
    }
    return ConfigDiagnostic.error(code(message), node.location(), node.path(), message);
  }

  private static ConfigCode code(String message) {
    if (RANGE.matcher(message).matches()) {
      return ConfigCode.OUT_OF_RANGE;
    }
    if (message.contains("not supported")) {
      return ConfigCode.UNSUPPORTED;
    }
    if (message.contains("cannot") || message.contains("requires")) {
      return ConfigCode.CONFLICT;
    }
    return message.contains("(expected: exactly one")
            || message.contains("(expected: at most one")
            || message.contains("must specify")
        ? ConfigCode.CHOICE
        : ConfigCode.MALFORMED;
  }

  /** Returns the deepest node on the way that is written, or null when the first is not. */
  private static @Nullable ConfigNode follow(ConfigNode node, String field) {
    ConfigNode at = node;
    boolean moved = false;
    Matcher step = STEP.matcher(field);
    while (step.find()) {
      ConfigNode next;
      if (step.group(2) != null) {
        next = Fields.child(at, step.group(2));
      } else {
        int index = Integer.parseInt(step.group(1));
        next = index < at.items().size() ? at.items().get(index) : null;
      }
      if (next == null) {
        break;
      }
      at = next;
      moved = true;
    }
    return moved ? at : null;
  }

  private static ConfigPath path(ConfigNode node, String field) {
    ConfigPath path = node.configPath();
    Matcher step = STEP.matcher(field);
    while (step.find()) {
      path =
          step.group(2) == null
              ? path.index(Integer.parseInt(step.group(1)))
              : path.key(step.group(2));
    }
    return path;
  }
}
