package dev.postern.llm.select;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.text.LinearPattern;
import dev.postern.llm.wire.LlmErrors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds where a call for a model goes, among configured models and virtual ones. Immutable. */
public final class ModelTable implements Resolver {
  private final List<Entry> entries;
  private final Map<String, VirtualModel> virtual = new LinkedHashMap<>();
  private final Map<String, List<Entry>> exact = new HashMap<>();
  private final Map<String, LinearPattern> patterns = new HashMap<>();
  private final RandomGenerator random;

  /**
   * A configured model and what serves it.
   *
   * @param model the model
   * @param target what serves it
   * @param upstreamModel the model it is asked for, or null for the name of the call
   */
  public record Entry(Model model, LlmTarget target, @Nullable String upstreamModel) {}

  /**
   * Makes a table.
   *
   * @param models in order
   * @throws IllegalArgumentException if a virtual model has the name of another, or leads nowhere
   */
  public ModelTable(List<Entry> models, List<VirtualModel> virtualModels, RandomGenerator random) {
    this.random = random;
    this.entries =
        models.stream()
            .sorted(
                Comparator.comparing(
                        (Entry entry) -> entry.model.name(), ModelPattern.MOST_SPECIFIC_FIRST)
                    .thenComparingInt(entry -> -conditions(entry.model)))
            .toList();
    for (VirtualModel model : virtualModels) {
      if (virtual.put(model.name(), model) != null) {
        throw new IllegalArgumentException("virtual model " + model.name() + ": defined twice");
      }
    }
    for (Entry entry : entries) {
      entry.model.matches().forEach(alternative -> alternative.forEach(this::compile));
      if (entry.model.name().isExact()) {
        exact.putIfAbsent(entry.model.name().text(), candidates(entry.model.name().text()));
      }
    }
    for (VirtualModel model : virtualModels) {
      checkTargets(model);
    }
  }

  @Override
  public Resolution resolve(@Nullable String model, GatewayRequest request) {
    if (model == null) {
      throw LlmErrors.invalid("missing_model", "model: missing", "model");
    }
    VirtualModel virtualModel = virtual.get(model);
    if (virtualModel != null) {
      return resolve(virtualModel, request);
    }
    Entry entry = find(model, request, false);
    if (entry == null) {
      throw LlmErrors.modelNotFound(model);
    }
    return Resolution.of(label(entry, model), candidate(entry, model));
  }

  @Override
  public @Nullable Resolution resolveUnknown(@Nullable String model, GatewayRequest request) {
    if (model != null) {
      return resolve(model, request);
    }
    Entry fallback = null;
    for (Entry entry : entries) {
      if (!matches(entry.model, request)) {
        continue;
      }
      if (entry.model.passthrough() != null) {
        return Resolution.of(null, new Candidate(entry.target, null));
      }
      if (entry.model.name().text().equals("*")) {
        fallback = entry;
      }
    }
    if (fallback == null && onlyOneProvider()) {
      fallback = entries.get(0);
    }
    return fallback == null ? null : Resolution.of(null, new Candidate(fallback.target, null));
  }

  @Override
  public boolean detects(@Nullable String model, GatewayRequest request) {
    Entry entry = model == null ? null : find(model, request, true);
    if (entry != null) {
      return entry.model.passthrough() == Model.Passthrough.DETECT;
    }
    return entries.stream()
        .anyMatch(candidate -> candidate.model.passthrough() == Model.Passthrough.DETECT);
  }

  @Override
  public List<Listed> list() {
    Map<String, Listed> listed = new TreeMap<>();
    for (Entry entry : entries) {
      Model model = entry.model;
      if (model.name().isExact() && model.visibility() == Model.Visibility.PUBLIC) {
        listed.putIfAbsent(
            model.name().text(), new Listed(model.name().text(), entry.target.system()));
      }
    }
    for (VirtualModel model : virtual.values()) {
      listed.put(model.name(), new Listed(model.name(), "virtual"));
    }
    return List.copyOf(listed.values());
  }

  private Resolution resolve(VirtualModel model, GatewayRequest request) {
    List<List<Candidate>> groups =
        switch (model.routing()) {
          case VirtualModel.Weighted weighted ->
              List.of(List.of(target(draw(weighted), model, request)));
          case VirtualModel.Failover failover -> groups(failover, model, request);
        };
    return new Resolution(model.name(), model.name(), groups);
  }

  private List<List<Candidate>> groups(
      VirtualModel.Failover failover, VirtualModel model, GatewayRequest request) {
    Map<Integer, List<Candidate>> byPriority = new TreeMap<>();
    for (VirtualModel.FailoverTarget target : failover.targets()) {
      byPriority
          .computeIfAbsent(target.priority(), priority -> new ArrayList<>())
          .add(target(target.model(), model, request));
    }
    return List.copyOf(byPriority.values());
  }

  private String draw(VirtualModel.Weighted weighted) {
    long sum = 0;
    for (VirtualModel.WeightedTarget target : weighted.targets()) {
      sum += target.weight();
    }
    long drawn = random.nextLong(sum);
    for (VirtualModel.WeightedTarget target : weighted.targets()) {
      drawn -= target.weight();
      if (drawn < 0) {
        return target.model();
      }
    }
    throw new AssertionError("weights changed");
  }

  private Candidate target(String name, VirtualModel model, GatewayRequest request) {
    Entry entry = find(name, request, true);
    if (entry == null) {
      throw LlmErrors.modelNotFound(model.name()).code("virtual_model_target_not_found");
    }
    return candidate(entry, name);
  }

  private static Candidate candidate(Entry entry, String name) {
    return new Candidate(entry.target, entry.upstreamModel == null ? name : entry.upstreamModel);
  }

  private @Nullable Entry find(String name, GatewayRequest request, boolean internal) {
    List<Entry> candidates = exact.get(name);
    for (Entry entry : candidates == null ? entries : candidates) {
      boolean visible = internal || entry.model.visibility() == Model.Visibility.PUBLIC;
      if (visible && entry.model.name().matches(name) && matches(entry.model, request)) {
        return entry;
      }
    }
    return null;
  }

  private List<Entry> candidates(String name) {
    return entries.stream().filter(entry -> entry.model.name().matches(name)).toList();
  }

  private static String label(Entry entry, String model) {
    return entry.model.name().isExact() ? entry.model.name().text() : model;
  }

  private boolean onlyOneProvider() {
    return entries.stream().map(entry -> entry.target.identity()).collect(Collectors.toSet()).size()
        == 1;
  }

  private void checkTargets(VirtualModel model) {
    List<String> targets =
        switch (model.routing()) {
          case VirtualModel.Weighted weighted ->
              weighted.targets().stream().map(VirtualModel.WeightedTarget::model).toList();
          case VirtualModel.Failover failover ->
              failover.targets().stream().map(VirtualModel.FailoverTarget::model).toList();
        };
    for (String target : targets) {
      if (candidates(target).isEmpty()) {
        throw new IllegalArgumentException(
            "virtual model " + model.name() + ": target " + target + " matches none of the models");
      }
    }
  }

  private static int conditions(Model model) {
    return model.matches().stream().mapToInt(List::size).max().orElse(0);
  }

  private void compile(RouteMatch.Header header) {
    if (header.value() instanceof RouteMatch.Value.Regex regex) {
      patterns.put(regex.regex(), LinearPattern.compile(regex.regex()));
    }
  }

  private boolean matches(Model model, GatewayRequest request) {
    if (model.matches().isEmpty()) {
      return true;
    }
    for (List<RouteMatch.Header> alternative : model.matches()) {
      if (alternative.stream().allMatch(header -> matches(header, request))) {
        return true;
      }
    }
    return false;
  }

  private boolean matches(RouteMatch.Header header, GatewayRequest request) {
    Headers headers = request.headers();
    List<String> values =
        switch (header.name()) {
          case ":method" -> List.of(request.method());
          case ":path" -> List.of(request.target());
          case ":authority" -> List.of(request.authority());
          case ":scheme" -> List.of(request.scheme());
          default -> headers.all(header.name());
        };
    for (String value : values) {
      boolean fits =
          switch (header.value()) {
            case RouteMatch.Value.Exact exact -> exact.exact().equals(value);
            case RouteMatch.Value.Regex regex -> {
              LinearPattern pattern = patterns.get(regex.regex());
              yield pattern != null && pattern.matches(value);
            }
          };
      if (fits) {
        return true;
      }
    }
    return false;
  }
}
