package dev.postern.core.telemetry;

import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes secrets out of texts that are shown. */
final class Masking {
  private static final String REDACTED = "<redacted>";

  /** Query parameters whose values are secrets. */
  private static final Set<String> PARAMETERS =
      Set.of(
          "key",
          "api_key",
          "apikey",
          "api-key",
          "token",
          "access_token",
          "id_token",
          "refresh_token",
          "code",
          "state",
          "sig",
          "signature",
          "client_secret",
          "password",
          "x-amz-signature",
          "x-amz-security-token",
          "x-amz-credential",
          "x-goog-signature");

  private static final Pattern PARAMETER =
      Pattern.compile("(?<=[?&])([A-Za-z0-9_.-]{1,64})=([^&\\s\"'<>#]*)");

  /** Credentials of a header, and keys in the spelling of well-known vendors. */
  private static final Pattern CREDENTIAL =
      Pattern.compile(
          "(?i:(?<=\\bbearer |\\bbasic ))(?=\\S*[\\d=+/])[A-Za-z0-9._~+/=-]{8,}"
              + "|\\bsk-[A-Za-z0-9_-]{8,}|\\bAIza[A-Za-z0-9_-]{16,}");

  private Masking() {}

  /** Returns {@code text} with {@code <redacted>} in the place of secrets. */
  static String mask(String text) {
    String masked = text;
    if (masked.indexOf('=') >= 0) {
      masked = PARAMETER.matcher(masked).replaceAll(Masking::maskParameter);
    }
    return CREDENTIAL.matcher(masked).replaceAll(REDACTED);
  }

  private static String maskParameter(MatchResult parameter) {
    String name = parameter.group(1);
    boolean secret = PARAMETERS.contains(name.toLowerCase(Locale.ROOT));
    return Matcher.quoteReplacement(secret ? name + "=" + REDACTED : parameter.group());
  }
}
