package dev.postern.llm.select;

import dev.postern.core.http.GatewayRequest;
import dev.postern.llm.wire.LlmErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Sends calls for any model to groups of providers. Immutable. */
public final class GroupTable implements Resolver {
  private final List<List<Entry>> groups;
  private final @Nullable Resolution pinned;

  /**
   * A provider, and what models mean to it.
   *
   * @param target what serves calls
   * @param aliases other names for models
   * @param upstreamModel the model it is always asked for, or null
   */
  public record Entry(LlmTarget target, Aliases aliases, @Nullable String upstreamModel) {}

  /** Makes a table of groups, the preferred one first. */
  public GroupTable(List<List<Entry>> groups) {
    this.groups = groups.stream().map(List::copyOf).toList();
    boolean allPinned =
        groups.stream().flatMap(List::stream).allMatch(entry -> entry.upstreamModel != null);
    this.pinned = allPinned ? resolution(null) : null;
  }

  @Override
  public Resolution resolve(@Nullable String model, GatewayRequest request) {
    if (pinned != null && model == null) {
      return pinned;
    }
    if (model == null) {
      throw LlmErrors.invalid("missing_model", "model: missing", "model");
    }
    return resolution(model);
  }

  @Override
  public Resolution resolveUnknown(@Nullable String model, GatewayRequest request) {
    return resolution(model);
  }

  @Override
  public boolean detects(@Nullable String model, GatewayRequest request) {
    return false;
  }

  @Override
  public List<Listed> list() {
    Map<String, Listed> listed = new TreeMap<>();
    for (List<Entry> group : groups) {
      for (Entry entry : group) {
        if (entry.upstreamModel != null) {
          listed.putIfAbsent(
              entry.upstreamModel, new Listed(entry.upstreamModel, entry.target.system()));
        }
        for (String alias : entry.aliases.names()) {
          listed.putIfAbsent(alias, new Listed(alias, entry.target.system()));
        }
      }
    }
    return List.copyOf(listed.values());
  }

  private Resolution resolution(@Nullable String model) {
    List<List<Candidate>> candidates = new ArrayList<>(groups.size());
    for (List<Entry> group : groups) {
      List<Candidate> ofGroup = new ArrayList<>(group.size());
      for (Entry entry : group) {
        ofGroup.add(candidate(entry, model));
      }
      candidates.add(ofGroup);
    }
    return new Resolution(model, null, candidates);
  }

  private static Candidate candidate(Entry entry, @Nullable String model) {
    if (entry.upstreamModel != null) {
      return new Candidate(entry.target, entry.upstreamModel);
    }
    return new Candidate(entry.target, model == null ? null : entry.aliases.resolve(model));
  }
}
