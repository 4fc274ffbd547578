package dev.postern.llm;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonObject;
import dev.postern.llm.select.Resolver;
import dev.postern.llm.wire.LlmErrors;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Answers what models there are. */
final class ModelList {
  private final List<Resolver.Listed> models;
  private final long created;

  ModelList(List<Resolver.Listed> models, long created) {
    this.models = models;
    this.created = created;
  }

  GatewayResponse answer(GatewayRequest request) {
    String path = request.path();
    int last = path.indexOf("/models/");
    String id = last < 0 ? "" : path.substring(last + "/models/".length());
    if (!id.isEmpty()) {
      return GatewayResponse.json(200, one(decoded(id)).toBytes());
    }
    Json[] data = models.stream().map(this::object).toArray(Json[]::new);
    return GatewayResponse.json(
        200, Json.object("object", Json.of("list")).with("data", Json.array(data)).toBytes());
  }

  private Json one(String id) {
    for (Resolver.Listed model : models) {
      if (model.id().equals(id)) {
        return object(model);
      }
    }
    throw LlmErrors.modelNotFound(id);
  }

  private JsonObject object(Resolver.Listed model) {
    return Json.object("id", Json.of(model.id()))
        .with("object", Json.of("model"))
        .with("created", Json.of(created))
        .with("owned_by", Json.of(model.owner()));
  }

  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw LlmErrors.invalid("invalid_model", "model: not percent-encoded", "model");
    }
  }
}
