package dev.postern.core.config;

import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.text.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what is written as one text: numbers, names of constants, secrets, paths, expressions. */
final class ScalarReader {
  private final Diagnostics problems;
  private final SourceText source;
  private final Paths paths;
  private final Fields fields;

  ScalarReader(Diagnostics problems, SourceText source, Paths paths, Fields fields) {
    this.problems = problems;
    this.source = source;
    this.paths = paths;
    this.fields = fields;
  }

  /** Returns whether values of the type are read here. */
  boolean reads(Class<?> type) {
    return Scalars.reader(type) != null
        || type == Secret.class
        || type == Path.class
        || type == ExpressionText.class
        || type.isEnum();
  }

  /** Returns the value, or null when something is wrong and was noted. */
  @Nullable Object read(ConfigNode node, Class<?> type) {
    Function<String, Object> scalar = Scalars.reader(type);
    if (scalar != null) {
      return scalar(node, scalar);
    }
    if (type == Secret.class) {
      return secret(node);
    }
    if (type == Path.class) {
      return path(node);
    }
    return type == ExpressionText.class ? expression(node) : constant(node, type);
  }

  /** Reads a text by {@code reader}, which throws {@link IllegalArgumentException} to refuse it. */
  @Nullable Object scalar(ConfigNode node, Function<String, Object> reader) {
    if (!node.kind().scalar()) {
      return problems.wrongType(node, "a single value");
    }
    try {
      return reader.apply(node.text());
    } catch (Scalars.WrongType e) {
      return problems.wrongType(node, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      return problems.refused(node, e);
    }
  }

  private @Nullable Object constant(ConfigNode node, Class<?> type) {
    if (!node.kind().scalar()) {
      return problems.wrongType(node, "one of " + spellings(type));
    }
    String text = node.text();
    for (Object constant : type.getEnumConstants()) {
      if (Scalars.spells(text, (Enum<?>) constant)) {
        return constant;
      }
    }
    String plain = plain(text);
    for (Object constant : type.getEnumConstants()) {
      String spelling = Scalars.spelling((Enum<?>) constant);
      if (plain(spelling).equals(plain)) {
        problems.warning(
            ConfigCode.DEPRECATED, node, node.shown() + " is spelt \"" + spelling + "\"");
        return constant;
      }
    }
    problems.error(
        ConfigCode.NOT_ALLOWED, node, node.shown() + " (expected: one of " + spellings(type) + ")");
    return null;
  }

  private static String plain(String text) {
    return text.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
  }

  private static String spellings(Class<?> type) {
    List<String> spellings = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      spellings.add(Scalars.spelling((Enum<?>) constant));
    }
    return String.join(", ", spellings);
  }

  private @Nullable Object secret(ConfigNode node) {
    if (node.kind() == ConfigNode.Kind.MAP) {
      fields.refuseUnknown(node, Set.of("file"), "");
      ConfigNode file = node.get("file");
      if (file == null && fields.explains(node, Set.of("file"))) {
        return null;
      }
      if (file == null) {
        return problems.wrongType(node, "a text, or an object with the field file");
      }
      Object path = path(file);
      return path == null ? null : problems.attempt(file, () -> Secret.file((Path) path));
    }
    if (!node.kind().scalar()) {
      return problems.wrongType(node, "a text, or an object with the field file");
    }
    source.hide(node.location());
    ConfigNode.Scalar scalar = node.scalar();
    String text = scalar.text().strip();
    if (text.isEmpty()) {
      problems.error(ConfigCode.MALFORMED, node, "empty (expected: a secret)");
      return null;
    }
    return scalar.substituted() ? Secret.substituted(scalar.written(), text) : Secret.of(text);
  }

  @Nullable Object expression(ConfigNode node) {
    if (!node.kind().scalar()) {
      return problems.wrongType(node, "an expression");
    }
    return ExpressionText.parse(node.text()).writtenAt(new ExpressionOrigin(source, node));
  }

  private @Nullable Object path(ConfigNode node) {
    if (!node.kind().scalar()) {
      return problems.wrongType(node, "the path of a file");
    }
    try {
      return paths.find(node.text());
    } catch (IllegalArgumentException e) {
      problems.error(ConfigCode.UNREADABLE, node, String.valueOf(e.getMessage()));
      return null;
    }
  }
}
