package dev.postern.llm;

import dev.postern.core.exchange.Admission;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.json.JsonException;
import dev.postern.core.json.JsonScan;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.ModelAccess;
import dev.postern.core.upstream.UpstreamException;
import dev.postern.llm.select.Aliases;
import dev.postern.llm.select.AttemptRules;
import dev.postern.llm.select.LlmPlan;
import dev.postern.llm.select.Resolution;
import dev.postern.llm.select.Resolver;
import dev.postern.llm.usage.LlmMetrics;
import dev.postern.llm.usage.LlmRecord;
import dev.postern.llm.usage.RequestParams;
import dev.postern.llm.wire.LlmErrors;
import dev.postern.llm.wire.RoutePaths;
import dev.postern.llm.wire.RouteType;
import dev.postern.llm.wire.openai.OpenAiRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes calls to models: tells what they are, reads them, finds their way and sends them on it. */
final class LlmHandler implements Handler {
  private static final int OVERLOADED = 529;

  /** How long all attempts together may take to the head of the response, if nobody says. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(10);

  private final RoutePaths paths;
  private final Aliases aliases;
  private final Resolver resolver;
  private final ModelList models;
  private final Trying trying;
  private final LlmMetrics metrics;
  private final BackendContext context;

  private LlmHandler(
      RoutePaths paths, Aliases aliases, Resolver resolver, Trying trying, BackendContext context) {
    this.paths = paths;
    this.aliases = aliases;
    this.resolver = resolver;
    this.models = new ModelList(resolver.list(), context.clock().instant().getEpochSecond());
    this.trying = trying;
    this.metrics = trying.metrics();
    this.context = context;
  }

  /** Makes a backend ready at one place. */
  static LlmHandler of(LlmBackend backend, BackendContext context) {
    AiPolicy found = context.policies().find(AiPolicy.class);
    AiPolicy policy = found == null ? AiPolicy.DEFAULT : found;
    Map<String, RouteType> routes = policy.routes();
    AttemptRules rules = Attempts.of(context);
    Targets targets = new Targets(context, policy, rules.policies());
    Resolver resolver = targets.resolver(backend);
    return new LlmHandler(
        routes == null ? RoutePaths.DEFAULT : RoutePaths.replacing(routes),
        backend.groups().isEmpty() ? Aliases.of(policy.modelAliases()) : Aliases.NONE,
        resolver,
        Trying.of(rules, targets, context),
        context);
  }

  @Override
  public GatewayResponse handle(Exchange exchange, GatewayRequest request) throws IOException {
    exchange.record().protocol("llm");
    exchange.record().backend(context.name());
    RoutePaths.Match match = paths.match(request.path());
    if (match == null) {
      throw LlmErrors.unknownUrl(request.method(), request.path());
    }
    if (!match.allows(request.method())) {
      throw LlmErrors.methodNotAllowed(request.method(), match.method());
    }
    RouteType type = match.type();
    if (!type.supported()) {
      throw LlmErrors.notImplemented(type);
    }
    if (type == RouteType.MODELS) {
      Admission.ask(exchange, null);
      return finished(exchange, models.answer(request));
    }
    LlmRecord record = new LlmRecord(type.operation(), exchange.record().startNanos());
    exchange.set(LlmRecord.KEY, record);
    LlmVariable.prepare(exchange, record);
    exchange.record().protocolFields(record);
    exchange.onEnd(
        outcome -> metrics.ended(record, exchange, context.telemetry().addedLabels(exchange)));
    GatewayResponse response =
        type.isEdited()
            ? edited(exchange, request, type, record)
            : forwarded(exchange, request, type, record);
    // Only Anthropic's clients know 529.
    return finished(
        exchange, response.status() == OVERLOADED ? response.withStatus(503) : response);
  }

  private GatewayResponse edited(
      Exchange exchange, GatewayRequest request, RouteType type, LlmRecord record)
      throws IOException {
    byte[] body = read(exchange, request);
    OpenAiRequest read = OpenAiRequest.read(type, body);
    record.requestModel(read.model());
    record.streaming(read.streaming());
    record.params(RequestParams.of(read.json()));
    String model = read.model();
    String meant = model == null ? null : aliases.resolve(model);
    checkAccess(exchange, model, meant);
    Resolution resolution = resolver.resolve(meant, request);
    admit(exchange, body.length, record);
    LlmCall call = call(exchange, request, type, read, read.json(), read.streaming(), record);
    return attempt(exchange, request, Body.of(body), true, call, resolution);
  }

  private GatewayResponse forwarded(
      Exchange exchange, GatewayRequest request, RouteType type, LlmRecord record)
      throws IOException {
    Body body = request.body();
    JsonScan json = null;
    boolean isJson =
        LlmHeaders.isJson(request.header("content-type")) && RequestBody.encoding(request) == null;
    if (isJson && body.length() <= context.buffers().limit()) {
      byte[] bytes = read(exchange, request);
      body = Body.of(bytes);
      json = scan(bytes);
    }
    String model = json == null ? null : json.string("model").orElse(null);
    String meant = model == null ? null : aliases.resolve(model);
    checkAccess(exchange, model, meant);
    Resolution resolution = resolver.resolveUnknown(meant, request);
    if (resolution == null) {
      throw LlmErrors.unknownUrl(request.method(), request.path());
    }
    RouteType served =
        type == RouteType.PASSTHROUGH && resolver.detects(model, request) ? RouteType.DETECT : type;
    boolean streaming = json != null && json.bool("stream").orElse(false);
    if (json != null && served == RouteType.DETECT) {
      record.requestModel(model);
      record.streaming(streaming);
      record.params(RequestParams.of(json));
    }
    admit(exchange, Math.max(body.length(), 0), record);
    LlmCall call = call(exchange, request, served, null, json, streaming, record);
    return attempt(exchange, request, body, false, call, resolution);
  }

  private static LlmCall call(
      Exchange exchange,
      GatewayRequest request,
      RouteType type,
      @Nullable OpenAiRequest read,
      @Nullable JsonScan json,
      boolean streaming,
      LlmRecord record) {
    Headers credentials = LlmHeaders.credentials(request.headers());
    return new LlmCall(
        type, read, json, streaming, credentials, exchange.streamIdleNanos(), record);
  }

  /** Refuses a caller whose models are limited, unless both names of the model are among them. */
  private static void checkAccess(
      Exchange exchange, @Nullable String model, @Nullable String meant) {
    ModelAccess access = exchange.get(ModelAccess.KEY);
    // A request that names no model could get any, so only those who may use all may send it.
    if (access != null
        && !(access.allows(model == null ? "" : model)
            && access.allows(meant == null ? "" : meant))) {
      throw LlmErrors.modelNotAllowed();
    }
  }

  /** Asks whether the call may be made, when it is known that it makes sense. */
  private static void admit(Exchange exchange, long length, LlmRecord record) {
    Demand demand = new Demand(length, record.params());
    record.estimatedInput(demand.inputTokens());
    Admission.ask(exchange, demand);
  }

  /** What a call may use, by the length of its request: a token is about four bytes of text. */
  private record Demand(long length, RequestParams params) implements Admission.Demand {
    @Override
    public long inputTokens() {
      return length / 4;
    }

    @Override
    public long outputTokens() {
      Long most = params.maxTokens();
      return most == null ? 0 : Math.max(most, 0);
    }
  }

  private byte[] read(Exchange exchange, GatewayRequest request) throws IOException {
    return RequestBody.read(
        request,
        context.buffers().limit(),
        limit -> context.buffers().readAll(exchange, request.body(), limit));
  }

  private GatewayResponse attempt(
      Exchange exchange,
      GatewayRequest request,
      Body body,
      boolean decoded,
      LlmCall call,
      Resolution resolution)
      throws IOException {
    if (resolution.label() != null) {
      call.record().modelLabel(resolution.label());
    }
    if (resolution.virtualModel() != null) {
      call.record().virtualModel(resolution.virtualModel());
    }
    exchange.set(LlmCall.KEY, call);
    GatewayRequest cleaned =
        request.toBuilder()
            .headers(LlmHeaders.forProviders(request.headers(), decoded))
            .body(trying.content(exchange, body))
            .build();
    try {
      LlmPlan plan = trying.plan(exchange, cleaned, request.headers(), decoded, resolution);
      GatewayResponse response = inTime(exchange, cleaned, plan);
      int attempts = exchange.record().attempts();
      return attempts > 1
          ? response.withHeader(LlmHeaders.ATTEMPTS, Integer.toString(attempts))
          : response;
    } catch (UpstreamException e) {
      throw counted(exchange, e.toGatewayException());
    } catch (GatewayException e) {
      throw counted(exchange, e);
    }
  }

  private static GatewayException counted(Exchange exchange, GatewayException error) {
    int attempts = exchange.record().attempts();
    return attempts > 1 ? error.header(LlmHeaders.ATTEMPTS, Integer.toString(attempts)) : error;
  }

  private GatewayResponse inTime(Exchange exchange, GatewayRequest request, LlmPlan plan)
      throws IOException {
    if (exchange.deadlineNanos() != 0) {
      return context.attempt(exchange, request, plan);
    }
    exchange.deadlineNanos(context.timers().nanoTime() + REQUEST_TIMEOUT.toNanos());
    GatewayResponse response;
    try (Scope.Registration deadline =
        exchange
            .scope()
            .deadline(REQUEST_TIMEOUT, () -> Reason.TIMEOUT.exception("request timeout"))) {
      response = context.attempt(exchange, request, plan);
    }
    if (exchange.scope().cancelled()) {
      response.close();
      exchange.scope().check();
    }
    return response;
  }

  private static GatewayResponse finished(Exchange exchange, GatewayResponse response) {
    return response.headers().contains(LlmHeaders.REQUEST_ID)
        ? response
        : response.withHeader(LlmHeaders.REQUEST_ID, exchange.requestId());
  }

  private static @Nullable JsonScan scan(byte[] body) {
    try {
      return JsonScan.of(body);
    } catch (JsonException e) {
      return null;
    }
  }
}
