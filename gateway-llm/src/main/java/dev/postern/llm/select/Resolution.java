package dev.postern.llm.select;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a call may go.
 *
 * @param label how metrics name the model that was asked for, or null if the call names none
 * @param virtualModel the virtual model that was asked for, or null
 * @param groups the candidates; those of a later group are tried when an earlier one has none left
 */
public record Resolution(
    @Nullable String label, @Nullable String virtualModel, List<List<Candidate>> groups) {
  /** Returns a resolution to a single candidate. */
  public static Resolution of(@Nullable String label, Candidate candidate) {
    return new Resolution(label, null, List.of(List.of(candidate)));
  }

  /** Returns the number of candidates. */
  public int size() {
    int size = 0;
    for (List<Candidate> group : groups) {
      size += group.size();
    }
    return size;
  }
}
