package dev.postern.policy.transform;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.OpenVariable;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites requests and responses by expressions.
 *
 * <p>All expressions of one side look at the message as it was before. Responses that the gateway
 * makes itself further in are rewritten as well.
 *
 * @param request what is done to requests, or null for nothing
 * @param response what is done to responses, or null for nothing
 */
public record Transformations(@Nullable Transformation request, @Nullable Transformation response)
    implements InterceptingPolicy {
  /** What transformations leave for later expressions. */
  static final OpenVariable METADATA = new OpenVariable("metadata");

  /** Checks what only one side can have. */
  public Transformations {
    if (request != null) {
      request.check("request", Pseudo.OF_REQUESTS);
    }
    if (response != null) {
      response.check("response", Pseudo.OF_RESPONSES);
    }
  }

  /** Returns transformations of requests. */
  public static Transformations ofRequests(Transformation request) {
    return new Transformations(request, null);
  }

  /** Returns transformations of responses. */
  public static Transformations ofResponses(Transformation response) {
    return new Transformations(null, response);
  }

  @Override
  public String kind() {
    return "transformations";
  }

  @Override
  public Phase phase(Place place) {
    return place == Place.BACKEND ? Phase.BACKEND_TRANSFORMATION : Phase.TRANSFORMATION;
  }

  @Override
  public List<VariableSource> variables() {
    return List.of(METADATA);
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return TransformationInterceptor.of(this, context);
  }
}
