package dev.postern.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutlineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "sk-[a-zA-Z0-9]{20,} ~ sk-",
        "\\b\\d{3}-\\d{2}-\\d{4}\\b ~ -",
        "^/api/v[0-9]+/accounts$ ~ /accounts",
        "a\\.b ~ a.b",
        "abc?d ~ ab",
        "abc+d ~ abc",
        "ab{2}c ~ ab",
        "ab{0,2}c ~ a",
        "a{b ~ a{b",
        "(?:ignore|forget) all that ~ ' all that'",
        "\\b(secret|password)\\b ~ secret,password",
        "(?P<key>token)=\\w+ ~ token",
        "x(abcdef)?yz ~ yz",
        "\\x41bcd[]e]fg ~ bcd",
        "\\p{Greek}x ~ x",
        "[[:alpha:]]]x ~ ]x",
        "a{2,3}bb ~ bb",
        "\u00e4\u00f6 ~ \u00e4\u00f6",
      })
  void findsATextThatEveryMatchHolds(String regex, String needles) {
    List<Needle> found = Outline.of(regex).needles();

    assertThat(found).isNotNull();
    assertThat(found)
        .containsExactly(
            List.of(needles.split(",")).stream()
                .map(text -> new Needle(text, false))
                .toArray(Needle[]::new));
  }

  @Test
  void leavesKAndSOutWhenCaseIsIgnored() {
    assertThat(Outline.of("(?i)IGNORE previous").needles())
        .containsExactly(new Needle("ignore previou", true));
    assertThat(Outline.of("(?i:ab)cde").needles()).containsExactly(new Needle("cde", false));
    assertThat(Outline.of("ab(?i)CDE").needles()).containsExactly(new Needle("cde", true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\d+",
        "abc|\\d",
        "(abc)*",
        "[abc]",
        "(?i)s+",
        "a?",
        "\\Qabc\\E",
        "\\141",
        "",
        "."
      })
  void knowsNothingWhenNothingIsSure(String regex) {
    assertThat(Outline.of(regex).needles()).isNull();
  }

  @Test
  void neverLosesAMatchOfRe2() {
    String[] pieces = {
      "a",
      "b",
      "k",
      "S",
      "-",
      "ab",
      "\\.",
      "\\d",
      "\\w",
      "\\b",
      ".",
      "[ab]",
      "[^a]",
      "[]a]",
      "(",
      "(?:",
      "(?i)",
      "(?i:",
      "(?-i:",
      "(?P<n>",
      ")",
      ")",
      ")",
      "|",
      "*",
      "+",
      "?",
      "*?",
      "{0}",
      "{1}",
      "{2}",
      "{0,1}",
      "{1,}",
      "{,2}",
      "{",
      "}",
      "^",
      "$",
      "\\Qa.\\E",
      "\\x41",
      "\\x{62}",
      "\\061",
      "\\pL",
      "\\p{L}",
      "[[:digit:]]",
      "\u212a",
      "\u017f",
      "\u00e4"
    };
    String letters = "abABkKsS-.1\u212a\u017f\u00e4 ";
    Random random = new Random(42);
    int valid = 0;
    for (int i = 0; i < 60_000; i++) {
      StringBuilder regex = new StringBuilder();
      for (int n = 1 + random.nextInt(8); n > 0; n--) {
        regex.append(pieces[random.nextInt(pieces.length)]);
      }
      Outline.Part outline = Outline.of(regex.toString());
      Pattern pattern;
      try {
        pattern = Pattern.compile(regex.toString());
      } catch (PatternSyntaxException e) {
        continue;
      }
      valid++;
      if (outline.needles() == null) {
        continue;
      }
      for (int j = 0; j < 20; j++) {
        StringBuilder input = new StringBuilder();
        for (int n = random.nextInt(8); n > 0; n--) {
          input.append(letters.charAt(random.nextInt(letters.length())));
        }
        if (pattern.matcher(input).find()) {
          assertThat(outline.needles())
              .as("%s in %s", regex, input)
              .anyMatch(needle -> needle.isIn(input.toString(), 0));
        }
      }
    }
    assertThat(valid).isGreaterThan(10_000);
  }

  @Test
  void onlyKAndSHaveTwinsOutsideAscii() {
    Pattern letters = Pattern.compile("(?i)[a-jl-rt-z]");
    for (int c = 0x80; c <= Character.MAX_CODE_POINT; c++) {
      if (letters.matches(Character.toString(c))) {
        assertThat(c).as("matches an ASCII letter").isLessThan(0x80);
      }
    }
  }

  @Test
  void survivesMalformedExpressions() {
    Random random = new Random(1);
    String alphabet = "(?P<i:-)[]^\\{}1,*+|aQExp";
    for (int i = 0; i < 50_000; i++) {
      StringBuilder regex = new StringBuilder();
      for (int n = random.nextInt(12); n > 0; n--) {
        regex.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThat(Outline.of(regex.toString()).size()).isNotNegative();
    }
    assertThat(Outline.of("(".repeat(2048)).size()).isNotNegative();
  }
}
