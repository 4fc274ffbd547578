package dev.postern.policy.external;

import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.GatewayContext;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compiles the expressions of one policy, and notes whether one looks at the request's body. */
final class Compiler {
  private final GatewayContext context;
  private boolean readsBody;

  Compiler(GatewayContext context) {
    this.context = context;
  }

  /** Returns whether an expression so far looks at the body of the request. */
  boolean readsBody() {
    return readsBody;
  }

  Expression compile(String field, ExpressionText text, Moment moment, Result result) {
    try {
      Expression compiled = context.expression(text, moment, result);
      readsBody |= compiled.needs().requestBody();
      return compiled;
    } catch (ExpressionException e) {
      throw e.in(ExtAuthz.KIND + "." + field);
    }
  }

  /** Compiles an expression over the request, if there is one. */
  @Nullable Expression request(String field, @Nullable ExpressionText text, Result result) {
    return text == null ? null : compile(field, text, Moment.REQUEST, result);
  }

  Map<String, Expression> all(String field, Map<String, ExpressionText> texts, Moment moment) {
    Map<String, Expression> compiled = new LinkedHashMap<>();
    texts.forEach(
        (name, text) -> compiled.put(name, compile(field + "." + name, text, moment, Result.ANY)));
    return compiled;
  }
}
