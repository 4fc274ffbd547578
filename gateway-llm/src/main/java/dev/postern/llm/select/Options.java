package dev.postern.llm.select;

import dev.postern.core.spi.GatewayContext;
import dev.postern.core.upstream.EndpointSet;
import java.util.List;

/**
 * Options in groups of falling priority. Immutable but for their health.
 *
 * @param set chooses among them
 * @param all all of them
 */
public record Options(EndpointSet<Option> set, List<Option> all) {
  /** Returns options. */
  public static Options of(List<List<Option>> groups, GatewayContext context) {
    EndpointSet<Option> set =
        new EndpointSet<>(
            groups,
            option -> option.target().health(),
            context.timers(),
            context.clock(),
            context.random());
    return new Options(set, groups.stream().flatMap(List::stream).toList());
  }
}
