package dev.postern.policy.external;

import dev.postern.core.exchange.Chain;
import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.HeaderRules;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.Service;
import dev.postern.core.telemetry.OutboundCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Has a service decide about each request, or a decision that it made before. */
final class ExtAuthzInterceptor implements Interceptor {
  private static final String FAILED_OPEN = "x-gateway-authz-failed-open";
  private static final String REFUSED = "external authorization failed";

  private final ExtAuthz policy;
  private final Service service;
  private final Buffers buffers;
  private final CheckRequest requests;
  private final Answers answers;
  private final @Nullable Expression redirect;
  private final List<Expression> key;
  private final @Nullable Lifetime lifetime;
  private final @Nullable DecisionCache cache;
  private final boolean readsBody;
  private final Set<String> given;

  private ExtAuthzInterceptor(
      ExtAuthz policy, AuthorizationProtocol.Http http, GatewayContext context) {
    this.policy = policy;
    buffers = context.buffers();
    service = service(policy, context);
    Compiler compiler = new Compiler(context);
    requests = new CheckRequest(policy, http, compiler, context);
    answers = new Answers(http, compiler);
    redirect = compiler.request("protocol.http.redirect", http.redirect(), Result.STRING);
    key = key(policy, compiler);
    ExtAuthz.Cache kept = policy.cache();
    lifetime = kept == null ? null : new Lifetime(kept, compiler, context.clock());
    cache = kept == null ? null : DecisionCache.of(policy, context);
    readsBody = compiler.readsBody();
    given = given(http);
  }

  static ExtAuthzInterceptor of(
      ExtAuthz policy, AuthorizationProtocol.Http http, GatewayContext context) {
    return new ExtAuthzInterceptor(policy, http, context);
  }

  private static Service service(ExtAuthz policy, GatewayContext context) {
    try {
      return context.service(policy.target(), policy.policies(), OutboundCall.Kind.EXT_AUTHZ);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          ExtAuthz.KIND + "." + policy.target().kind() + ": " + e.getMessage(), e);
    }
  }

  private static List<Expression> key(ExtAuthz policy, Compiler compiler) {
    List<Expression> key = new ArrayList<>();
    if (policy.cache() != null) {
      policy
          .cache()
          .key()
          .forEach(
              part -> key.add(compiler.compile("cache.key", part, Moment.REQUEST, Result.ANY)));
    }
    return key;
  }

  /**
   * Returns the headers that only the gateway gives, in their plain spelling. What describes the
   * content of the request belongs to it, also when the call describes its own.
   */
  private static Set<String> given(AuthorizationProtocol.Http http) {
    Set<String> given = new HashSet<>();
    http.includeResponseHeaders().forEach(name -> given.add(CallHeaders.plain(name)));
    for (String name : http.addRequestHeaders().keySet()) {
      if (!CallHeaders.pseudo(name) && !CallHeaders.ofContent(name)) {
        given.add(CallHeaders.plain(name));
      }
    }
    given.add(FAILED_OPEN);
    return given;
  }

  @Override
  public GatewayResponse intercept(Exchange exchange, GatewayRequest incoming, Chain next)
      throws IOException {
    Check check =
        new Check(exchange, readsBody ? buffers.forExpressions(exchange, incoming) : incoming);
    Decision decision;
    try {
      decision = decide(check);
    } catch (CheckFailedException e) {
      return failed(e, check, next);
    } catch (GatewayException e) {
      check.request().body().discard();
      throw e;
    }
    return switch (decision) {
      case Decision.Allowed allowed -> {
        ExtAuthz.VARIABLE.setAll(exchange, allowed.metadata());
        yield next.proceed(exchange, passing(check, allowed.headers()));
      }
      case Decision.Refused refused -> {
        check.request().body().discard();
        yield refusal(refused, check);
      }
    };
  }

  private Decision decide(Check check) throws IOException {
    CacheKey key = CacheKey.of(this.key, check);
    return cache == null || key == null
        ? ask(check).decision()
        : cache.get(key, check.exchange().attemptScope(), () -> ask(check));
  }

  private DecisionCache.Made ask(Check check) throws IOException {
    GatewayRequest request = requests.make(check);
    Exchange exchange = check.exchange();
    Scope scope = exchange.attemptScope().child();
    try (scope;
        Scope.Registration deadline =
            scope.deadline(policy.timeout(), () -> Reason.TIMEOUT.exception("took too long"))) {
      Answers.Answer answer =
          service.call(exchange, scope, request, response -> answers.read(check, response));
      exchange.attemptScope().check();
      return new DecisionCache.Made(answer.decision(), lifetime(check, answer));
    } catch (CheckFailedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      exchange.attemptScope().check(); // the request is over, whatever became of the call
      throw new CheckFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  private Duration lifetime(Check check, Answers.Answer answer) {
    if (lifetime == null) {
      return Duration.ZERO;
    }
    boolean plain =
        switch (answer.decision()) {
          case Decision.Allowed allowed -> true;
          case Decision.Refused refused -> unauthorized(refused);
        };
    return plain ? lifetime.of(check, answer.response()) : Duration.ZERO;
  }

  private static boolean unauthorized(Decision.Refused refused) {
    return refused.status() == 401 || refused.status() == 403;
  }

  private GatewayRequest passing(Check check, Headers more) {
    GatewayRequest request = check.request();
    Headers.Builder headers =
        request.headers().toBuilder().removeIf(name -> given.contains(CallHeaders.plain(name)));
    if (check.exchange().record().failedOpen().contains(ExtAuthz.KIND)) {
      headers.add(FAILED_OPEN, "true");
    }
    return request.withHeaders(headers.addAll(more).build());
  }

  private GatewayResponse failed(CheckFailedException why, Check check, Chain next)
      throws IOException {
    String message = REFUSED;
    int status = policy.statusOnError();
    switch (policy.failureMode()) {
      case FailureMode.Allow allow -> {
        check.exchange().record().failedOpen(ExtAuthz.KIND);
        return next.proceed(check.exchange(), passing(check, Headers.EMPTY));
      }
      case FailureMode.DenyWithStatus deny -> {
        message = "Authorization service unavailable";
        status = deny.status();
      }
      case FailureMode.Deny deny -> {}
    }
    check.request().body().discard();
    throw Reason.EXT_AUTH
        .exception(message)
        .status(status)
        .detail("the authorization service could not decide: " + why.getMessage());
  }

  private GatewayResponse refusal(Decision.Refused refused, Check check) {
    Exchange exchange = check.exchange();
    String detail = "the authorization service answered with status " + refused.status();
    exchange.record().reason(Reason.EXT_AUTH, detail);
    String target = unauthorized(refused) ? redirectTarget(check) : null;
    if (target != null) {
      Headers headers = Headers.of("location", target, "cache-control", "no-store");
      return GatewayResponse.of(302, headers, Body.empty());
    }
    GatewayResponse response = response(refused, check);
    return unauthorized(refused) ? response.withHeader("cache-control", "no-store") : response;
  }

  private @Nullable String redirectTarget(Check check) {
    if (redirect == null) {
      return null;
    }
    try {
      String target = redirect.string(check.exchange(), check.request(), null);
      return !target.isEmpty() && HeaderRules.isValue(target) ? target : null;
    } catch (EvaluationException e) {
      return null; // the engine counts it; the refusal goes back as it is
    }
  }

  /**
   * Returns the refusal as the service gave it; in the form of the client's protocol if that has
   * one of its own, or the service gave none.
   */
  private static GatewayResponse response(Decision.Refused refused, Check check) {
    ErrorRenderer renderer = check.exchange().errorRenderer();
    boolean ownForm = !renderer.equals(ErrorRenderer.PLAIN) || check.request().isGrpc();
    boolean redirects = refused.status() < 400;
    if (redirects || (refused.body().length() > 0 && !ownForm)) {
      return GatewayResponse.of(refused.status(), refused.headers(), refused.body());
    }
    GatewayException error = Reason.EXT_AUTH.exception(REFUSED).status(refused.status());
    GatewayResponse rendered = renderer.render(error, check.exchange(), check.request());
    Headers.Builder headers = rendered.headers().toBuilder();
    refused
        .headers()
        .forEach((name, value) -> {
          if (!CallHeaders.ofContent(name)) {
            headers.add(name, value);
          }
        });
    return rendered.withHeaders(headers.build());
  }
}
