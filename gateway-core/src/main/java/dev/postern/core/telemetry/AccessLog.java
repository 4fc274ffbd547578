package dev.postern.core.telemetry;

import dev.postern.core.exchange.ExpressionText;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the access log shows: one line for each request when it has ended.
 *
 * <p>Expressions are evaluated at the end of the request, when everything about it is known.
 *
 * @param filter which requests get a line: those of which it is true; all by default
 * @param add fields with what is shown in them, after those of every line; what is null or has no
 *     value is left out
 * @param remove names of fields that are left out
 */
public record AccessLog(
    @Nullable ExpressionText filter, Map<String, ExpressionText> add, List<String> remove) {
  /** All fields of all requests. */
  public static final AccessLog DEFAULT = new AccessLog(null, Map.of(), List.of());

  /** The form of a line. */
  public enum Format {
    /** Time, level and name, then {@code name=value} pairs. */
    TEXT,
    /** One JSON object. */
    JSON
  }

  /** Copies the collections; the order of fields is kept. */
  public AccessLog {
    add = NamedExpression.copy("add", add);
    remove = List.copyOf(remove);
  }

  /** Returns this log for requests only of which the expression is true. */
  public AccessLog filter(String expression) {
    return new AccessLog(ExpressionText.parse(expression), add, remove);
  }

  /** Returns this log with another field. */
  public AccessLog add(String name, String expression) {
    return new AccessLog(filter, NamedExpression.plus(add, name, expression), remove);
  }

  /** Returns this log without these fields. */
  public AccessLog remove(String... names) {
    return new AccessLog(filter, add, Arrays.asList(names));
  }
}
