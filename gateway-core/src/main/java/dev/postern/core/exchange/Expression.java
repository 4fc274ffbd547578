package dev.postern.core.exchange;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A compiled expression over what is known of an exchange.
 *
 * <p>Reads only what its text names, when it is evaluated. Never waits: a body must have been read
 * into memory before, which {@link #needs} tells when the configuration is loaded. Every method
 * that evaluates says with an {@link EvaluationException} that there is no value, or one of another
 * kind; each use decides what that means. Immutable and safe for concurrent use.
 */
public interface Expression {
  /** Returns the text it was compiled from. */
  String text();

  /** Returns what must be there when it is evaluated. */
  Needs needs();

  /**
   * Returns whether the {@link #json} of this expression, an object, stands for as many values as
   * it has members: a log or span writes each under its own name, as in {@code jwt.sub} for the
   * member {@code sub} of the field {@code jwt}.
   */
  default boolean spreads() {
    return false;
  }

  /** Returns what makes one look twice at the text, for warnings when a configuration is loaded. */
  default Set<Oddity> oddities() {
    return Set.of();
  }

  /** What may be meant, and often is not. */
  enum Oddity {
    /** It is true, whatever the request. */
    ALWAYS_TRUE,
    /** It reads a token that nobody has verified. */
    UNVERIFIED_TOKEN,
    /** It compares a header with a text; a header that came in several lines is a list. */
    HEADER_LINE,
    /** It looks at the path as the client wrote it, which has many spellings. */
    RAW_PATH,
    /** It shows a secret. */
    REVEALED_SECRET,
    /** It takes all variables there are, bodies too. */
    ALL_VARIABLES
  }

  /**
   * Evaluates a condition.
   *
   * @param response the response so far, or null on the request side
   */
  boolean test(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException;

  /**
   * Evaluates to text: strings as they are, numbers, booleans and times as they are written,
   * everything else as JSON.
   *
   * @param response the response so far, or null on the request side
   */
  String string(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException;

  /**
   * Evaluates to a number.
   *
   * @param response the response so far, or null on the request side
   */
  double number(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException;

  /**
   * Evaluates to any value.
   *
   * @param response the response so far, or null on the request side
   */
  Json json(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException;

  /**
   * Evaluates to the content of a message: bytes as they are, everything else as {@link #string}
   * writes it, in UTF-8.
   *
   * @param response the response so far, or null on the request side
   */
  byte[] bytes(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException;

  /**
   * What must be there when an expression is evaluated.
   *
   * @param requestBody whether the body of the request must have been read into memory
   * @param response whether it looks at the response
   * @param responseBody whether the body of the response must have been read into memory
   * @param variables the variables it names, as {@code request} and {@code jwt}
   * @param fields the fields of them that it names, as {@code request.path}; all fields of a
   *     variable that is passed around as a whole are {@code jwt.*}
   */
  record Needs(
      boolean requestBody,
      boolean response,
      boolean responseBody,
      Set<String> variables,
      Set<String> fields) {
    /** Copies the sets. */
    public Needs {
      variables = Set.copyOf(variables);
      fields = Set.copyOf(fields);
    }

    /** Returns whether the value of a field of a variable may be asked for. */
    public boolean reads(String variable, String field) {
      return fields.contains(variable + "." + field) || fields.contains(variable + ".*");
    }
  }
}
