package dev.postern.llm.select;

import static java.util.Objects.requireNonNull;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.text.LinearPattern;
import dev.postern.llm.wire.LlmErrors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds where a call for a model goes, among configured models and virtual ones. Immutable. */
public final class ModelTable implements Resolver {
  private final List<Entry> entries;
  private final Map<String, VirtualModel> virtual = new LinkedHashMap<>();
  private final Map<String, List<Entry>> exact = new HashMap<>();
  private final Map<String, LinearPattern> patterns = new HashMap<>();
  private final Map<List<List<Option>>, Options> chosen = new ConcurrentHashMap<>();
  private final IdentityHashMap<Entry, Options> alone = new IdentityHashMap<>();
  private final GatewayContext context;

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
  public ModelTable(List<Entry> models, List<VirtualModel> virtualModels, GatewayContext context) {
    this.context = context;
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
      Option option = new Option(entry.target, Aliases.NONE, entry.upstreamModel);
      alone.put(entry, Options.of(List.of(List.of(option)), context));
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
    return alone(entry, label(entry, model), model);
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
        return alone(entry, null, null);
      }
      if (entry.model.name().text().equals("*")) {
        fallback = entry;
      }
    }
    if (fallback == null && onlyOneProvider()) {
      fallback = entries.get(0);
    }
    return fallback == null ? null : alone(fallback, null, null);
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

  private Resolution alone(Entry entry, @Nullable String label, @Nullable String model) {
    return new Resolution(label, null, model, requireNonNull(alone.get(entry)));
  }

  private Resolution resolve(VirtualModel model, GatewayRequest request) {
    return switch (model.routing()) {
      case VirtualModel.Weighted weighted -> {
        String drawn = draw(weighted);
        Entry entry = target(drawn, model, request);
        yield new Resolution(model.name(), model.name(), drawn, requireNonNull(alone.get(entry)));
      }
      case VirtualModel.Failover failover ->
          new Resolution(
              model.name(), model.name(), model.name(), options(failover, model, request));
    };
  }

  /** Which entries serve the targets may depend on the headers; each choice is made once. */
  private Options options(
      VirtualModel.Failover failover, VirtualModel model, GatewayRequest request) {
    Map<Integer, List<Option>> byPriority = new TreeMap<>();
    for (VirtualModel.FailoverTarget target : failover.targets()) {
      Entry entry = target(target.model(), model, request);
      String upstream = entry.upstreamModel == null ? target.model() : entry.upstreamModel;
      byPriority
          .computeIfAbsent(target.priority(), priority -> new ArrayList<>())
          .add(new Option(entry.target, Aliases.NONE, upstream));
    }
    List<List<Option>> groups = List.copyOf(byPriority.values());
    return chosen.computeIfAbsent(groups, made -> Options.of(made, context));
  }

  private String draw(VirtualModel.Weighted weighted) {
    long sum = 0;
    for (VirtualModel.WeightedTarget target : weighted.targets()) {
      sum += target.weight();
    }
    long drawn = context.random().nextLong(sum);
    for (VirtualModel.WeightedTarget target : weighted.targets()) {
      drawn -= target.weight();
      if (drawn < 0) {
        return target.model();
      }
    }
    throw new AssertionError("weights changed");
  }

  private Entry target(String name, VirtualModel model, GatewayRequest request) {
    Entry entry = find(name, request, true);
    if (entry == null) {
      throw LlmErrors.modelNotFound(model.name()).code("virtual_model_target_not_found");
    }
    return entry;
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
