package dev.postern.core.http;

/**
 * What {@link RequestHygiene} lets pass.
 *
 * @param underscoreHeaders what happens to header names with an underscore
 * @param dropGetBody whether the content of GET and HEAD requests is dropped instead of refused
 * @param pathNormalization how paths are brought into canonical form
 */
public record HygieneSettings(
    UnderscoreHeaders underscoreHeaders, boolean dropGetBody, PathNormalization pathNormalization) {
  /** What holds when nothing is configured. */
  public static final HygieneSettings DEFAULT =
      new HygieneSettings(UnderscoreHeaders.REJECT, false, PathNormalization.DEFAULT);

  /** Gives absent values their defaults. */
  public HygieneSettings {
    underscoreHeaders = underscoreHeaders == null ? UnderscoreHeaders.REJECT : underscoreHeaders;
    pathNormalization = pathNormalization == null ? PathNormalization.DEFAULT : pathNormalization;
  }

  /**
   * What happens to header names with an underscore. Many servers read {@code X_User} and {@code
   * X-User} as one, so that a client could pass off one for the other.
   */
  public enum UnderscoreHeaders {
    /** The request is refused. */
    REJECT,
    /** The lines are dropped. */
    DROP,
    /** They pass. */
    ALLOW
  }
}
