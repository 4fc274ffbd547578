package dev.postern.core.http;

/**
 * How paths are brought into the one form that is matched, judged and sent. See {@link
 * CanonicalPath}.
 *
 * @param dotSegments what happens to {@code .} and {@code ..}, also written {@code %2e}
 * @param encodedSlash what happens to {@code %2F}, {@code %5C} and a backslash
 * @param duplicateSlash what happens to empty segments
 * @param pathParams what happens to {@code ;a=b} at the end of a segment
 * @param doubleEncoding what happens to {@code %25} before two hexadecimal digits
 * @param unreservedDecode whether {@code %41} becomes {@code A} and hexadecimal digits upper case
 */
public record PathNormalization(
    DotSegments dotSegments,
    EncodedSlash encodedSlash,
    DuplicateSlash duplicateSlash,
    PathParams pathParams,
    DoubleEncoding doubleEncoding,
    boolean unreservedDecode) {
  /** Unreserved characters are decoded by default. */
  public static final boolean DEFAULT_UNRESERVED_DECODE = true;

  /** What holds when nothing is configured. */
  public static final PathNormalization DEFAULT =
      new PathNormalization(
          DotSegments.RESOLVE,
          EncodedSlash.REJECT,
          DuplicateSlash.MERGE,
          PathParams.KEEP,
          DoubleEncoding.KEEP,
          DEFAULT_UNRESERVED_DECODE);

  /** Gives absent values their defaults. */
  public PathNormalization {
    dotSegments = dotSegments == null ? DotSegments.RESOLVE : dotSegments;
    encodedSlash = encodedSlash == null ? EncodedSlash.REJECT : encodedSlash;
    duplicateSlash = duplicateSlash == null ? DuplicateSlash.MERGE : duplicateSlash;
    pathParams = pathParams == null ? PathParams.KEEP : pathParams;
    doubleEncoding = doubleEncoding == null ? DoubleEncoding.KEEP : doubleEncoding;
  }

  /** What happens to dot segments. */
  public enum DotSegments {
    /** They are resolved; a path that leaves the root is refused. */
    RESOLVE,
    /** The request is refused. */
    REJECT
  }

  /** What happens to slashes in disguise. */
  public enum EncodedSlash {
    /** The request is refused. */
    REJECT,
    /** They stay encoded. */
    KEEP,
    /** They become slashes before anything is matched. */
    DECODE
  }

  /** What happens to empty segments. */
  public enum DuplicateSlash {
    /** They disappear. */
    MERGE,
    /** They stay. */
    KEEP
  }

  /** What happens to parameters of segments. */
  public enum PathParams {
    /** They are sent as they came; {@link GatewayRequest#path} does not show them. */
    KEEP,
    /** They disappear. */
    STRIP,
    /** The request is refused. */
    REJECT
  }

  /** What happens to percent signs that are themselves encoded. */
  public enum DoubleEncoding {
    /** They stay. */
    KEEP,
    /** The request is refused. */
    REJECT
  }
}
