package dev.postern.core.config;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads objects of which exactly one of several fields is written: closed choices and backends. */
final class ChoiceReader {
  private final RecordReader reader;
  private final Dialect dialect;
  private final Diagnostics problems;
  private final Fields fields;
  private final ScalarReader scalars;

  /**
   * @param reader reads what the written field holds
   */
  ChoiceReader(
      RecordReader reader,
      Dialect dialect,
      Diagnostics problems,
      Fields fields,
      ScalarReader scalars) {
    this.reader = reader;
    this.dialect = dialect;
    this.problems = problems;
    this.fields = fields;
    this.scalars = scalars;
  }

  /** Reads a member of a sealed type, named by its field. */
  @Nullable Object member(ConfigNode node, Class<?> sealed, String address) {
    Map<String, Class<?>> members = RecordShape.members(sealed);
    if (node.kind().scalar()) {
      return scalarChoice(node, sealed, members);
    }
    if (node.kind() != ConfigNode.Kind.MAP) {
      return problems.wrongType(node, "an object with one of " + Fields.names(members.keySet()));
    }
    fields.refuseUnknown(node, members.keySet(), address);
    List<String> written = node.names().stream().filter(members::containsKey).toList();
    if (written.size() != 1) {
      if (!written.isEmpty() || node.names().isEmpty()) {
        problems.error(
            ConfigCode.CHOICE,
            node,
            (written.isEmpty() ? "nothing set" : Fields.names(written) + ": set together")
                + " (expected: exactly one of "
                + Fields.names(members.keySet())
                + ")");
      }
      return null;
    }
    ConfigNode child = node.fields().get(written.getFirst());
    Class<?> member = members.get(written.getFirst());
    return child == null || member == null
        ? null
        : reader.value(child, member, RecordReader.join(address, written.getFirst()));
  }

  /** A member without components may be written as its name alone. */
  private @Nullable Object scalarChoice(
      ConfigNode node, Class<?> sealed, Map<String, Class<?>> members) {
    Class<?> member = members.get(node.text());
    if (member != null && RecordShape.of(member).components().isEmpty()) {
      return problems.attempt(node, () -> RecordShape.of(member).make(new Object[0]));
    }
    Method parse = RecordShape.parseMethod(sealed);
    if (parse != null) {
      return scalars.scalar(node, text -> RecordShape.parse(parse, text));
    }
    return problems.wrongType(node, "an object with one of " + Fields.names(members.keySet()));
  }

  /**
   * Reads the backend of an object.
   *
   * @param known the fields that the object may have
   * @param keys those of them that name a backend
   */
  @Nullable Object backend(ConfigNode node, Set<String> known, List<String> keys) {
    List<String> written = new ArrayList<>();
    for (String key : node.names()) {
      if (keys.contains(key)) {
        written.add(key);
      }
    }
    if (written.size() != 1) {
      if (fields.explains(node, known)) {
        return null;
      }
      problems.error(
          ConfigCode.CHOICE,
          node,
          (written.isEmpty() ? "no backend" : Fields.names(written) + ": more than one backend")
              + " (expected: exactly one of "
              + Fields.names(keys)
              + ")");
      return null;
    }
    BackendType type = dialect.backend(written.getFirst());
    ConfigNode child = node.fields().get(written.getFirst());
    return type == null || child == null || child.scalar().broken()
        ? null
        : problems.attempt(child, () -> type.read(child, reader));
  }
}
