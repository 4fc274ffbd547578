package dev.postern.core.exchange;

import dev.postern.core.http.GatewayRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How errors look to clients whose protocol has no form of its own for them.
 *
 * @param format what they are written as; text by default
 * @param negotiate whether JSON is written for clients that prefer it (RFC 9110 §12.5.1); false by
 *     default
 */
public record PlainErrors(Format format, boolean negotiate) {
  /** Text, whatever the client asks for. */
  public static final PlainErrors DEFAULT = new PlainErrors(Format.TEXT, false);

  /** What holds for an exchange; text when absent. */
  public static final AttributeKey<PlainErrors> KEY = AttributeKey.of("plainErrors");

  /** What an error is written as. */
  public enum Format {
    /** The message alone, as {@code text/plain}. */
    TEXT,
    /** {@code {"error":{"code":REASON,"message":MESSAGE,"request_id":ID}}}. */
    JSON
  }

  /** Sets the default. */
  public PlainErrors {
    format = format == null ? Format.TEXT : format;
  }

  /** Returns whether the error of {@code request} is written as JSON. */
  boolean json(GatewayRequest request) {
    String accept = negotiate ? request.header("accept") : null;
    if (accept == null) {
      return format == Format.JSON;
    }
    double json = quality(accept, "application/json", "application/*");
    double text = quality(accept, "text/plain", "text/*");
    return json > text || (json == text && format == Format.JSON);
  }

  /** Returns the weight of a media type: that of the most specific range that holds it. */
  private static double quality(String accept, String type, String range) {
    double exact = -1;
    double half = -1;
    double any = -1;
    for (String part : accept.toLowerCase(Locale.ROOT).split(",", 100)) {
      String[] parameters = part.split(";", 10);
      double weight = weight(parameters);
      switch (parameters[0].strip()) {
        case String name when name.equals(type) -> exact = weight;
        case String name when name.equals(range) -> half = weight;
        case "*/*" -> any = weight;
        default -> {}
      }
    }
    return exact >= 0 ? exact : half >= 0 ? half : Math.max(any, 0);
  }

  private static double weight(String[] parameters) {
    for (int i = 1; i < parameters.length; i++) {
      @Nullable Double weight = weight(parameters[i].strip());
      if (weight != null) {
        return weight;
      }
    }
    return 1;
  }

  private static @Nullable Double weight(String parameter) {
    return parameter.matches("q=(0(\\.\\d{0,3})?|1(\\.0{0,3})?)")
        ? Double.valueOf(parameter.substring(2))
        : null;
  }
}
