package dev.postern.core.config;

import java.util.List;

/** Says which values of keep-alives the operating system will not be told. */
final class KeepAliveCheck {
  private final Diagnostics problems;
  private final List<String> unsupported;

  /**
   * @param unsupported the fields that cannot be set here
   */
  KeepAliveCheck(Diagnostics problems, List<String> unsupported) {
    this.problems = problems;
    this.unsupported = unsupported;
  }

  void check(ConfigNode keepAlives) {
    for (String field : unsupported) {
      ConfigNode written = keepAlives.get(field);
      if (written != null) {
        problems.warning(
            ConfigCode.IGNORED,
            written,
            "accepted and ignored: this JVM cannot set it on this operating system");
      }
    }
  }
}
