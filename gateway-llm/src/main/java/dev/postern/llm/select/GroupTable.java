package dev.postern.llm.select;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.GatewayContext;
import dev.postern.llm.wire.LlmErrors;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Sends calls for any model to groups of providers. Immutable. */
public final class GroupTable implements Resolver {
  private final Options options;
  private final boolean namesModels;

  /** Makes a table of groups, the preferred one first. */
  public GroupTable(List<List<Option>> groups, GatewayContext context) {
    this.options = Options.of(groups, context);
    this.namesModels = options.all().stream().allMatch(option -> option.fixedModel() != null);
  }

  @Override
  public Resolution resolve(@Nullable String model, GatewayRequest request) {
    if (model == null && !namesModels) {
      throw LlmErrors.invalid("missing_model", "model: missing", "model");
    }
    return new Resolution(model, null, model, options);
  }

  @Override
  public Resolution resolveUnknown(@Nullable String model, GatewayRequest request) {
    return new Resolution(model, null, model, options);
  }

  @Override
  public boolean detects(@Nullable String model, GatewayRequest request) {
    return false;
  }

  @Override
  public List<Listed> list() {
    Map<String, Listed> listed = new TreeMap<>();
    for (Option option : options.all()) {
      String owner = option.target().system();
      if (option.fixedModel() != null) {
        listed.putIfAbsent(option.fixedModel(), new Listed(option.fixedModel(), owner));
      }
      for (String alias : option.aliases().names()) {
        listed.putIfAbsent(alias, new Listed(alias, owner));
      }
    }
    return List.copyOf(listed.values());
  }
}
