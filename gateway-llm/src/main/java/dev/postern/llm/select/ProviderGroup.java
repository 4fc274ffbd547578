package dev.postern.llm.select;

import java.util.List;

/**
 * Providers of the same priority.
 *
 * @param providers which
 */
public record ProviderGroup(List<NamedProvider> providers) {
  /**
   * Checks that there is one.
   *
   * @throws IllegalArgumentException if there is none
   */
  public ProviderGroup {
    providers = List.copyOf(providers);
    if (providers.isEmpty()) {
      throw new IllegalArgumentException("providers: empty (expected: at least one)");
    }
  }

  /** Returns a group. */
  public static ProviderGroup of(NamedProvider... providers) {
    return new ProviderGroup(List.of(providers));
  }
}
