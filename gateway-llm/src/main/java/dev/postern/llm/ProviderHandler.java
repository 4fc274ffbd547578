package dev.postern.llm;

import static java.util.Objects.requireNonNull;

import dev.postern.core.ForwardedHop;
import dev.postern.core.Transports;
import dev.postern.core.exchange.Attempt;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.HeaderChanges;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.telemetry.ObservedCall;
import dev.postern.core.telemetry.OutboundCall;
import dev.postern.core.text.Secret;
import dev.postern.core.upstream.UpstreamCall;
import dev.postern.llm.provider.KeyHeader;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.select.Candidate;
import dev.postern.llm.wire.LlmErrors;
import dev.postern.llm.wire.openai.OpenAiRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Sends one attempt of a call to one provider. */
final class ProviderHandler implements Handler {
  private final Provider provider;
  private final String name;
  private final ProviderAddress address;
  private final String endpoint;
  private final @Nullable Secret key;
  private final RequestEdits edits;
  private final HeaderChanges headerChanges;
  private final Answers answers;
  private final Transports transports;
  private final BackendContext context;

  ProviderHandler(
      Provider provider,
      String name,
      ProviderAddress address,
      @Nullable Secret key,
      RequestEdits edits,
      HeaderEdits headerEdits,
      boolean alwaysUsage,
      Transports transports,
      BackendContext context) {
    this.provider = provider;
    this.name = name;
    this.address = address;
    this.endpoint = address.endpoint().toString();
    this.key = key;
    this.edits = edits;
    this.headerChanges = headerEdits.request();
    this.answers = new Answers(name, edits, headerEdits.response(), alwaysUsage, context.buffers());
    this.transports = transports;
    this.context = context;
  }

  @Override
  public GatewayResponse handle(Exchange exchange, GatewayRequest request) throws IOException {
    LlmCall call = requireNonNull(exchange.get(LlmCall.KEY));
    Candidate candidate = requireNonNull(exchange.get(Candidate.CHOSEN));
    call.record().attempting(provider.system());
    exchange.record().endpoint(endpoint);
    GatewayRequest sent = upstreamRequest(call, candidate.model(), request);
    GatewayResponse response = call(exchange, sent);
    return answers.relay(exchange, call, candidate.model(), response);
  }

  private GatewayResponse call(Exchange exchange, GatewayRequest request) throws IOException {
    ObservedCall observed = context.telemetry().call(exchange, OutboundCall.LLM);
    Attempt attempt = exchange.attempt();
    observed.target(endpoint, attempt == null ? 1 : attempt.number());
    Headers told = ForwardedHop.headersForProvider(exchange, request.headers());
    GatewayRequest traced = request.withHeaders(observed.headers(told));
    try {
      GatewayResponse response =
          context
              .upstream()
              .call(
                  new UpstreamCall(traced, address.endpoint(), transports.current(), 0, true),
                  exchange.attemptScope());
      observed.head(response.status());
      return response;
    } catch (IOException | RuntimeException e) {
      observed.failed(e);
      throw e;
    }
  }

  private GatewayRequest upstreamRequest(
      LlmCall call, @Nullable String model, GatewayRequest request) {
    OpenAiRequest read = call.request();
    String path;
    Body body = request.body();
    if (read == null) {
      path = address.forwarded(request.pathAsSent());
    } else {
      String target = address.target(call.type(), model == null ? "" : model);
      if (target == null) {
        throw LlmErrors.unsupportedConversion(call.type(), name);
      }
      path = target;
      body = Body.of(edits.apply(read, model));
    }
    return request.toBuilder()
        .scheme(address.endpoint().tls() ? "https" : "http")
        .authority(address.authority())
        .target(withQuery(path, request.query()))
        .headers(headers(request.headers(), path, read != null))
        .body(body)
        .build();
  }

  private Headers headers(Headers client, String path, boolean json) {
    Headers.Builder headers =
        client.toBuilder().removeIf(header -> LlmHeaders.isUnknownTo(provider, header));
    headerChanges.applyTo(headers);
    if (key != null) {
      KeyHeader place = provider.keyHeader(path);
      headers.set(place.name(), place.value(key.reveal()));
    }
    if (json && !LlmHeaders.isJson(client.get("content-type"))) {
      headers.set("content-type", "application/json");
    }
    return headers.build();
  }

  /** The provider's own parameters stay the provider's, and a key in the query goes nowhere. */
  private String withQuery(String path, @Nullable String query) {
    if (query == null || query.isEmpty()) {
      return path;
    }
    StringBuilder target = new StringBuilder(path);
    boolean first = path.indexOf('?') < 0;
    for (String part : query.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? part : part.substring(0, equals);
      if (!name.equals("key") && !provider.ownQuery().contains(name)) {
        target.append(first ? '?' : '&').append(part);
        first = false;
      }
    }
    return target.toString();
  }
}
