package dev.postern.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogTextTest {
  static Stream<Arguments> quoted() {
    return Stream.of(
        argumentSet("line feed", "a\nb", "\"a\\nb\""),
        argumentSet("CR LF", "a\r\nGET / forged", "\"a\\r\\nGET / forged\""),
        argumentSet("escape sequence", "\u001b[31mred", "\"\\u001b[31mred\""),
        argumentSet("C1 control", "\u009b31m", "\"\\u009b31m\""),
        argumentSet("delete", "a\u007f", "\"a\\u007f\""),
        argumentSet("NUL", "a\0b", "\"a\\u0000b\""),
        argumentSet("line separator", "a\u2028b", "\"a\\u2028b\""),
        argumentSet("right-to-left override", "a\u202eb", "\"a\\u202eb\""),
        argumentSet("half a character", "a\ud83d", "\"a\\ud83d\""),
        argumentSet("quote and backslash", "a\"b\\", "\"a\\\"b\\\\\""),
        argumentSet("space", "a b", "\"a b\""),
        argumentSet("equals sign", "a=b", "\"a=b\""),
        argumentSet("nothing", "", "\"\""));
  }

  @ParameterizedTest
  @MethodSource("quoted")
  @DisplayName("BI-25: control characters are escaped")
  void quotesAndEscapes(String value, String expected) {
    StringBuilder line = new StringBuilder();
    LogText.appendQuoted(line, value);

    assertThat(LogText.plain(value)).isFalse();
    assertThat(line.toString()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "/v1/caf\u00e9", "\ud83d\ude00", "a\\b", "[2001:db8::1]:80"})
  void leavesPlainValuesUnquoted(String value) {
    assertThat(LogText.plain(value)).isTrue();
    assertThat(LogText.shown(value)).isSameAs(value);
  }

  static Stream<Arguments> secrets() {
    return Stream.of(
        argumentSet("key", "/a?key=s3cret&b=1", "/a?key=<redacted>&b=1"),
        argumentSet("any case", "/a?b=1&Access_Token=s3cret", "/a?b=1&Access_Token=<redacted>"),
        argumentSet("api_key", "GET /a?api_key=s3cret HTTP", "GET /a?api_key=<redacted> HTTP"),
        argumentSet("code and state", "?code=a1&state=b2", "?code=<redacted>&state=<redacted>"),
        argumentSet("sig", "https://h/p?sv=1&sig=a%2Fb#x", "https://h/p?sv=1&sig=<redacted>#x"),
        argumentSet("bearer", "sent Bearer abc.def-123 to", "sent Bearer <redacted> to"),
        argumentSet("basic", "basic dXNlcjpwYXNzMQ==", "basic <redacted>"),
        argumentSet("OpenAI key", "bad key sk-proj-abcDEF123456.", "bad key <redacted>."),
        argumentSet("Google key", "AIzaSyA1234567890abcdefg", "<redacted>"));
  }

  @ParameterizedTest
  @MethodSource("secrets")
  void masksSecrets(String value, String expected) {
    assertThat(LogText.shown(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "basic authentication failure: no credentials",
        "/a?monkey=1&keys=2",
        "key=value without a query",
        "ask-me-anything-about-risk-management"
      })
  void leavesWhatIsNoSecret(String value) {
    assertThat(LogText.shown(value)).isEqualTo(value);
  }

  @Test
  @DisplayName("BI-25: long values are cut")
  void cutsAfterFourKibibytes() {
    assertThat(LogText.shown("x".repeat(4096))).isEqualTo("x".repeat(4096));
    assertThat(LogText.shown("x".repeat(65_536))).isEqualTo("x".repeat(4096) + "...[truncated]");
  }

  @Test
  void cutsBetweenCharacters() {
    assertThat(LogText.shown("xxx" + "\ud83d\ude00".repeat(1024)))
        .isEqualTo("xxx" + "\ud83d\ude00".repeat(1023) + "...[truncated]");
    assertThat(LogText.shown("\u20ac".repeat(2000)))
        .isEqualTo("\u20ac".repeat(1365) + "...[truncated]");
  }
}
