package dev.postern.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.postern.core.http.PathNormalization.DotSegments;
import dev.postern.core.http.PathNormalization.DoubleEncoding;
import dev.postern.core.http.PathNormalization.DuplicateSlash;
import dev.postern.core.http.PathNormalization.EncodedSlash;
import dev.postern.core.http.PathNormalization.PathParams;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalPathTest {
  private static final PathNormalization DEFAULT = PathNormalization.DEFAULT;

  private static PathNormalization with(
      DotSegments dots, EncodedSlash slash, DuplicateSlash twice, PathParams params) {
    return new PathNormalization(dots, slash, twice, params, DoubleEncoding.KEEP, true);
  }

  private static String outcome(String path, PathNormalization how) {
    try {
      return CanonicalPath.of(path, how);
    } catch (InvalidRequestException e) {
      return Integer.toString(e.status());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/a/b, /a/b",
    "/a/b/, /a/b/",
    "/.well-known/agent-card.json, /.well-known/agent-card.json",
    "/a..b/...//, /a..b/.../",
    "/a/./b/., /a/b/",
    "/a/b/.., /a/",
    "/a/../b, /b",
    "/a//../b, /b",
    "//a///b//, /a/b/",
    "/%61%2D%7e%5f, /a-~_",
    "/%c3%a9, /%C3%A9",
    "/a%2541, /a%2541",
    "/a%3Bb, /a%3Bb",
    "/a b\"<>^`{|}?, /a%20b%22%3C%3E%5E%60%7B%7C%7D%3F",
    "/v1/models/gpt-4:generate!$&'()*+=@[x], '/v1/models/gpt-4:generate!$&''()*+=@[x]'",
    "/a;v=1/b;x, /a;v=1/b;x",
    "/..a, /..a",
    "/.., 400",
    "/a/../.., 400",
    "/a/%2e%2E/../b, 400",
    "/a%2fb, 400",
    "/a%5Cb, 400",
    "/a\\b, 400",
    "/a%00, 400",
    "/a%1f, 400",
    "/a%7F, 400",
    "/a#b, 400",
    "/é, 400",
    "/%, 400",
    "/%4, 400",
    "/%zz, 400",
    "/..;/a, 400",
    "/a/.;x=1/b, 400",
    "'', 400",
    "a, 400",
    "*, 400",
  })
  void defaultsGiveOneForm(String path, String expected) {
    assertThat(outcome(path, DEFAULT)).isEqualTo(expected);
  }

  // BI-14: an upstream that decodes, merges slashes and drops parameters never serves its /admin
  // for a path that a rule on /admin does not see.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/public/../admin",
        "/public/%2e%2e/admin",
        "/public/.%2E/admin",
        "/public/..%2fadmin",
        "/public/..;/admin",
        "/public/..;a=b/admin",
        "//admin",
        "/./admin",
        "/%2e/admin",
        "/admin%00",
        "/admin;x",
        "/;x/admin",
        "/;x/../;y/admin",
        "/a/;x/../admin",
        "/a;x/..//admin;y",
        "/admin/",
        "/%61dmin",
        "/public\\..\\admin",
        "/public/%5c../admin",
        "/public%2f..%2fadmin",
        "/public/%252e%252e/admin",
        "/a/b/../../admin"
      })
  void noDisguiseGetsPastARuleOnThePath(String path) {
    for (PathNormalization how : everyNormalization()) {
      String canonical = outcome(path, how);
      if (canonical.startsWith("/")) {
        boolean denied = CanonicalPath.withoutParameters(canonical).startsWith("/admin");
        boolean served = lenientUpstream(canonical).startsWith("/admin");
        boolean slashKept =
            how.duplicateSlash() == DuplicateSlash.KEEP && canonical.startsWith("//");
        assertThat(denied || !served || slashKept).as("%s by %s", path, how).isTrue();
      }
    }
  }

  private static String lenientUpstream(String path) {
    String text =
        path.replaceAll("(?i)%2e", ".").replaceAll("(?i)%2f", "/").replaceAll("(?i)%5c|\\\\", "/");
    List<String> kept = new ArrayList<>();
    for (String segment : text.split("/", -1)) {
      String name = segment.replaceAll(";.*", "");
      if (name.equals("..")) {
        if (!kept.isEmpty()) {
          kept.removeLast();
        }
      } else if (!name.isEmpty() && !name.equals(".")) {
        kept.add(name);
      }
    }
    return "/" + String.join("/", kept);
  }

  // BI-15
  @ParameterizedTest
  @CsvSource({"/%c0%ae%c0%ae/, /%C0%AE%C0%AE/", "/%u002e, 400", "/%e0%80%ae/, /%E0%80%AE/"})
  void overlongFormsAreNeverDecoded(String path, String expected) {
    assertThat(outcome(path, DEFAULT)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"/a/./b, 400", "/a/%2e%2e/b, 400", "/a/.b, /a/.b"})
  void dotSegmentsCanBeRefused(String path, String expected) {
    PathNormalization how =
        with(DotSegments.REJECT, EncodedSlash.REJECT, DuplicateSlash.MERGE, PathParams.KEEP);

    assertThat(outcome(path, how)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "KEEP, /a%2fb, /a%2Fb",
    "KEEP, /a\\b, /a%5Cb",
    "KEEP, /a/..%2fadmin, 400",
    "KEEP, /a/x%5C.%5Cy, 400",
    "DECODE, /a%2fb, /a/b",
    "DECODE, /a%5c\\b, /a/b",
    "DECODE, /a/x%2f..%2fb, /a/b",
    "DECODE, /a%252fb, /a%252fb",
  })
  void encodedSlashesFollowTheOption(EncodedSlash option, String path, String expected) {
    PathNormalization how =
        with(DotSegments.RESOLVE, option, DuplicateSlash.MERGE, PathParams.KEEP);

    assertThat(outcome(path, how)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"//a, //a", "/a//, /a//", "/a//../b, /a/b", "//, //", "/a/./b//., /a/b//"})
  void duplicateSlashesCanBeKept(String path, String expected) {
    PathNormalization how =
        with(DotSegments.RESOLVE, EncodedSlash.REJECT, DuplicateSlash.KEEP, PathParams.KEEP);

    assertThat(outcome(path, how)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "STRIP, /a;x/b;y=1;z, /a/b",
    "STRIP, /;x/b, /b",
    "STRIP, /a/;x, /a/",
    "STRIP, /..;/b, 400",
    "REJECT, /a;x, 400",
    "REJECT, /a, /a",
  })
  void parametersFollowTheOption(PathParams option, String path, String expected) {
    PathNormalization how =
        with(DotSegments.RESOLVE, EncodedSlash.REJECT, DuplicateSlash.MERGE, option);

    assertThat(outcome(path, how)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"/%2541, 400", "/%25%34%31, 400", "/100%25, /100%25", "/%25zz, /%25zz"})
  void doubleEncodingCanBeRefused(String path, String expected) {
    PathNormalization how =
        new PathNormalization(
            DotSegments.RESOLVE,
            EncodedSlash.REJECT,
            DuplicateSlash.MERGE,
            PathParams.KEEP,
            DoubleEncoding.REJECT,
            true);

    assertThat(outcome(path, how)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"/%61%c3, /%61%c3", "/a/%2e%2e/b, /b", "/a%2eb, /a%2eb", "/a%2fb, 400"})
  void escapesCanBeLeftAlone(String path, String expected) {
    PathNormalization how =
        new PathNormalization(
            DotSegments.RESOLVE,
            EncodedSlash.REJECT,
            DuplicateSlash.MERGE,
            PathParams.KEEP,
            DoubleEncoding.KEEP,
            false);

    assertThat(outcome(path, how)).isEqualTo(expected);
  }

  @Test
  void cleanPathsComeBackAsTheSameObject() {
    for (String path : List.of("/", "/v1/chat/completions", "/a%20b", "/.well-known/x", "/a;b=1")) {
      assertThat(CanonicalPath.of(path, DEFAULT)).isSameAs(path);
    }
  }

  @Test
  void detailStaysOutOfTheMessageForTheClient() {
    assertThatThrownBy(() -> CanonicalPath.of("/a%2fb", DEFAULT))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> {
              assertThat(e.message()).isEqualTo("invalid request");
              assertThat(e.detail()).isEqualTo("path with an encoded slash");
            });
  }

  @Test
  void everyByteGoesOutAsItWasJudged() {
    for (int value = 0; value < 256; value++) {
      String escape = String.format("%%%02x", value);
      for (String path : List.of("/a" + escape + "b/", "/" + escape, "/x" + (char) value + "y")) {
        for (PathNormalization how : everyNormalization()) {
          assertSentAndStable(path, how);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomPathsAreStableAndGoOutAsTheyWereJudged(long seed) {
    Random random = new Random(seed);
    String[] pieces = {
      "/", "/", "//", ".", "..", "%2e", "%2E", "%2f", "%5c", "\\", ";", ";a=b", "a", "B", "%41",
      "%25", "%2", "41", "%c3%a9", " ", "\"", "{", "é", "~", "%7E", ":", "@", "=", "?", "*"
    };
    for (int i = 0; i < 300; i++) {
      StringBuilder path = new StringBuilder("/");
      for (int n = random.nextInt(9); n > 0; n--) {
        path.append(pieces[random.nextInt(pieces.length)]);
      }
      for (PathNormalization how : everyNormalization()) {
        assertSentAndStable(path.toString(), how);
      }
    }
  }

  private static void assertSentAndStable(String path, PathNormalization how) {
    String canonical = outcome(path, how);
    if (canonical.startsWith("/")) {
      String again = outcome(canonical, how);
      String sent = HttpUrl.get("http://h" + canonical).encodedPath();
      if (!again.equals(canonical) || !sent.equals(canonical)) {
        fail("%s by %s: %s, again %s, sent %s", path, how, canonical, again, sent);
      }
    }
  }

  private static List<PathNormalization> everyNormalization() {
    List<PathNormalization> all = new ArrayList<>();
    for (DotSegments dots : DotSegments.values()) {
      for (EncodedSlash slash : EncodedSlash.values()) {
        for (DuplicateSlash twice : DuplicateSlash.values()) {
          for (PathParams params : PathParams.values()) {
            for (DoubleEncoding doubled : DoubleEncoding.values()) {
              all.add(new PathNormalization(dots, slash, twice, params, doubled, true));
              all.add(new PathNormalization(dots, slash, twice, params, doubled, false));
            }
          }
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "/a, /a",
    "/a;x, /a",
    "/a;x/b;y=1;z, /a/b",
    "/;x/a, /a",
    "/a/;x/b, /a/b",
    "/a/;x, /a/",
    "/;, /",
    "/;/, /",
    "/;/;/a, /a",
  })
  void matchingDoesNotSeeParameters(String path, String expected) {
    assertThat(CanonicalPath.withoutParameters(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "a=b&c=d, a=b&c=d",
    "a=b c\"'<>, a=b%20c%22%27%3C%3E",
    "a=%2f%C3%a9+x, a=%2f%C3%a9+x",
    "a={|}^`\\;?/[], a={|}^`\\;?/[]",
    "a&&=&b==c, a&&=&b==c",
    "'', ''",
    "a=100%, 400",
    "a=%zz, 400",
    "a=b#c, 400",
    "a=é, 400",
  })
  void queriesHaveOneFormToo(String query, String expected) {
    assertThat(outcome(query)).isEqualTo(expected);
  }

  @Test
  void everyByteOfAQueryGoesOutAsItWasJudged() {
    for (int value = 0; value < 256; value++) {
      for (String query : List.of("a=" + (char) value + "b", String.format("a=%%%02x", value))) {
        String canonical = outcome(query);
        if (!canonical.equals("400")) {
          assertThat(outcome(canonical)).isEqualTo(canonical);
          assertThat(HttpUrl.get("http://h/?" + canonical).encodedQuery()).isEqualTo(canonical);
        }
      }
    }
  }

  private static String outcome(String query) {
    Function<String, String> canonical = CanonicalQuery::of;
    try {
      return canonical.apply(query);
    } catch (InvalidRequestException e) {
      return Integer.toString(e.status());
    }
  }
}
