package dev.postern.llm;

import dev.postern.core.config.ConfigCode;
import dev.postern.core.config.ConfigContext;
import dev.postern.core.config.ConfigNode;
import dev.postern.llm.select.ModelPattern;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks what spans fields and entries of the {@code llm} section, each at the field that is wrong.
 */
final class LlmChecks {
  private static final String CUSTOM = "custom";

  private final ConfigNode llm;
  private final ConfigContext context;
  private boolean sound = true;

  LlmChecks(ConfigNode llm, ConfigContext context) {
    this.llm = llm;
    this.context = context;
  }

  /** Returns whether nothing is wrong; what is was reported. */
  boolean run() {
    ConfigNode gateways = llm.get("gateways");
    if (gateways != null && (llm.get("port") != null || llm.get("tls") != null)) {
      error(ConfigCode.CONFLICT, gateways, "llm.gateways cannot be used with llm.port or llm.tls");
    }
    Set<String> providers = providers();
    Set<String> ids = new HashSet<>();
    for (ConfigNode model : items(llm, "models")) {
      name(model);
      id(model, ids);
      provider(model, providers);
      baseUrl(model);
    }
    targets();
    return sound;
  }

  private Set<String> providers() {
    Set<String> names = new HashSet<>();
    for (ConfigNode provider : items(llm, "providers")) {
      ConfigNode name = provider.get("name");
      if (name != null && !names.add(name.text())) {
        error(ConfigCode.DUPLICATE_NAME, name, "llm.providers contains duplicate provider names");
      }
      ConfigNode reference = at(provider, "provider", "reference");
      if (reference != null) {
        error(
            ConfigCode.CONFLICT,
            reference,
            "llm.providers." + text(name) + " cannot reference another provider");
      }
    }
    return names;
  }

  private void name(ConfigNode model) {
    ConfigNode name = model.get("name");
    String text = text(name);
    int first = text.indexOf('*');
    if (name == null || first < 0) {
      return;
    }
    if (first != text.lastIndexOf('*')) {
      error(ConfigCode.MALFORMED, name, "model name wildcard may only appear once: '" + text + "'");
    } else if (first > 0 && first < text.length() - 1) {
      error(
          ConfigCode.MALFORMED,
          name,
          "model name wildcard must be either at the beginning or the end: '" + text + "'");
    }
  }

  private void id(ConfigNode model, Set<String> ids) {
    ConfigNode id = model.get("id");
    if (id == null) {
      return;
    }
    if (id.text().isBlank()) {
      error(ConfigCode.MALFORMED, id, "llm.models model id cannot be empty");
    } else if (!ids.add(id.text())) {
      error(ConfigCode.DUPLICATE_NAME, id, "llm.models contains duplicate model id: " + id.text());
    }
  }

  private void provider(ConfigNode model, Set<String> providers) {
    String name = text(model.get("name"));
    ConfigNode reference = at(model, "provider", "reference");
    ConfigNode custom = at(model, "provider", CUSTOM);
    ConfigNode params = model.get("params");
    if (reference != null && !providers.contains(reference.text())) {
      error(
          ConfigCode.UNKNOWN_REFERENCE,
          reference,
          "model " + name + " references unknown provider " + reference.text());
    }
    if (reference != null
        && params != null
        && params.names().stream().anyMatch(field -> !field.equals("model"))) {
      error(
          ConfigCode.CONFLICT,
          params,
          "model "
              + name
              + " references provider "
              + reference.text()
              + " and can only set params.model");
    }
    if (custom != null && items(custom, "formats").isEmpty()) {
      error(
          ConfigCode.MISSING,
          custom,
          "custom provider for model " + name + " must specify at least one format");
    }
    if (custom != null
        && (params == null || (!params.has("baseUrl") && !params.has("hostOverride")))) {
      error(
          ConfigCode.MISSING,
          custom,
          "custom provider for model " + name + " requires params.baseUrl");
    }
  }

  private void baseUrl(ConfigNode model) {
    ConfigNode baseUrl = at(model, "params", "baseUrl");
    URI uri;
    try {
      uri = new URI(text(baseUrl));
    } catch (URISyntaxException e) {
      return; // refused where it is read
    }
    if (baseUrl == null) {
      return;
    }
    String field = "params.baseUrl for model " + text(model.get("name"));
    if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      error(
          ConfigCode.MALFORMED,
          baseUrl,
          field + " cannot include user info, query parameters, or a fragment");
    } else if (!"http".equals(uri.getScheme())
        && !"https".equals(uri.getScheme())
        && uri.getPort() < 0) {
      error(
          ConfigCode.MALFORMED,
          baseUrl,
          field + " must use http or https, or include an explicit port");
    }
  }

  private void targets() {
    List<ModelPattern> models = new ArrayList<>();
    for (ConfigNode model : items(llm, "models")) {
      try {
        models.add(new ModelPattern(text(model.get("name"))));
      } catch (IllegalArgumentException e) {
        return; // without its name nobody knows what it matches
      }
    }
    for (ConfigNode virtual : items(llm, "virtualModels")) {
      for (String strategy : List.of("weighted", "failover")) {
        ConfigNode routing = at(virtual, "routing", strategy);
        for (ConfigNode target :
            routing == null ? List.<ConfigNode>of() : items(routing, "targets")) {
          ConfigNode model = target.get("model");
          if (model != null && models.stream().noneMatch(known -> known.matches(model.text()))) {
            error(
                ConfigCode.UNKNOWN_REFERENCE,
                model,
                "virtual model target " + model.text() + " does not match any llm.models entry");
          }
        }
      }
    }
  }

  private void error(ConfigCode code, ConfigNode at, String message) {
    sound = false;
    context.error(code, at, message);
  }

  private static String text(@Nullable ConfigNode node) {
    return node == null ? "" : node.text();
  }

  private static @Nullable ConfigNode at(ConfigNode node, String field, String inner) {
    ConfigNode outer = node.get(field);
    return outer == null ? null : outer.get(inner);
  }

  private static List<ConfigNode> items(ConfigNode node, String field) {
    ConfigNode list = node.get(field);
    return list == null ? List.of() : list.items();
  }
}
