package dev.postern.core.spi;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Exchange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One variable that a policy or a backend offers to the expressions on its way: {@code jwt}, {@code
 * llm}.
 *
 * <p>Declared with its fields when a configuration is loaded, read field by field when an
 * expression names one. Keep one instance in a static field, or give it value equality: compiled
 * expressions are shared among all places that offer equal sources. Safe for concurrent use.
 */
public interface VariableSource {
  /**
   * Where an exchange says which fields expressions read at its end, as {@code llm.completion};
   * nothing when there are none. What nobody reads need not be collected.
   */
  AttributeKey<Set<String>> WANTED = AttributeKey.of("wanted");

  /** Returns the name of the variable. */
  String name();

  /** Returns its fields with their types. */
  VariableType.Fields fields();

  /**
   * Returns whether the variable can have a value there at all: expressions at other places and
   * moments are refused when they name it.
   */
  default boolean available(Place place, ExpressionEngine.Moment moment) {
    return true;
  }

  /**
   * Returns whether the field holds what somebody said, as prompts do, rather than facts about it:
   * whoever records it is told so.
   */
  default boolean content(String field) {
    return false;
  }

  /**
   * Returns whether the field exists only when the exchange has ended, as counts of what was
   * streamed do: expressions that run earlier are refused when they name it.
   */
  default boolean late(String field) {
    return false;
  }

  /**
   * Returns the value of a field, of the Java type that its {@link VariableType} names, or null
   * when the exchange has none.
   */
  @Nullable Object read(Exchange exchange, String field);

  /** Returns the names of the fields that the exchange has values for. */
  default Collection<String> present(Exchange exchange) {
    List<String> present = new ArrayList<>();
    for (String field : fields().fields().keySet()) {
      if (read(exchange, field) != null) {
        present.add(field);
      }
    }
    return present;
  }
}
