package dev.postern.core.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.postern.core.text.LinearPattern.Span;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinearPatternTest {
  @Test
  void matchesTheWholeInputOnly() {
    LinearPattern pattern = LinearPattern.compile("/api/v[0-9]+");

    assertThat(pattern.matches("/api/v12")).isTrue();
    assertThat(pattern.matches("/api/v12/x")).isFalse();
    assertThat(pattern.matches("x/api/v12")).isFalse();
  }

  @Test
  void findsWithOffsets() {
    LinearPattern pattern = LinearPattern.compile("sk-[a-z]+");

    assertThat(pattern.find("a sk-abc, sk-d", 0)).contains(new Span(2, 8));
    assertThat(pattern.find("a sk-abc, sk-d", 3)).contains(new Span(10, 14));
    assertThat(pattern.find("a sk-abc, sk-d", 11)).isEmpty();
    assertThat(pattern.findAll("a sk-abc, sk-d")).containsExactly(new Span(2, 8), new Span(10, 14));
    assertThat(pattern.findAll("nothing")).isEmpty();
  }

  @Test
  void replacesWithGroups() {
    LinearPattern pattern = LinearPattern.compile("(?P<user>\\w+)@(\\w+)");

    assertThat(pattern.replaceAll("a@b c@d", "$2 at ${user}")).isEqualTo("b at a d at c");
    assertThat(pattern.replaceFirst("a@b c@d", "x")).isEqualTo("x c@d");
    assertThat(pattern.replaceAll("none", "x")).isEqualTo("none");
  }

  @Test
  void saysWhenAReplacementNamesAGroupThatIsNotThere() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearPattern.compile("a").replaceAll("a", "$3"))
        .withMessageContaining("\"$3\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearPattern.compile("a").replaceAll("a", "${name}"))
        .withMessageContaining("\"${name}\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(?=a)b", "(?!a)b", "(?<=a)b", "(?<!a)b"})
  void refusesLookAround(String regex) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearPattern.compile(regex))
        .withMessage(
            "\""
                + regex
                + "\": look-around is not supported, it cannot run in linear time"
                + " (expected: RE2 syntax)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a)\\1", "(?P<n>a)\\k<n>"})
  void refusesBackReferences(String regex) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearPattern.compile(regex))
        .withMessageContaining("back-references are not supported");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(?>a)", "a++", "a*+"})
  void refusesAtomicGroupsAndPossessiveQuantifiers(String regex) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearPattern.compile(regex))
        .withMessageContaining("atomic groups and possessive quantifiers are not supported");
  }

  @ParameterizedTest
  @CsvSource({"[a, missing closing ]", "(a, missing closing )", "a{1001}, invalid repeat count"})
  void saysWhatIsMalformed(String regex, String problem) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearPattern.compile(regex))
        .withMessageContaining(problem);
  }

  @Test
  void refusesATextThatIsTooLong() {
    assertThatNoException().isThrownBy(() -> LinearPattern.compile("a".repeat(2048), 3000));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearPattern.compile("a".repeat(2049)))
        .withMessage("regular expression of 2049 bytes (expected: at most 2048)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a{1000}", "(((a{100}){100}){100}){100}", "((((x+){9}){9}){9}){9}"})
  void refusesAProgramThatIsTooLargeBeforeBuildingIt(String regex) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearPattern.compile(regex))
        .withMessageContaining("becomes too large (expected: at most 1000 instructions");
  }

  @Test
  void refusesGroupsThatNestTooDeeply() {
    String nested = "(".repeat(900) + "a" + ")".repeat(900);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearPattern.compile(nested, 5000))
        .withMessageContaining("groups nested at most 250 deep");
  }

  @Test
  @DisplayName("BI-22: patterns that ruin backtracking engines run in linear time")
  void staysLinearOnWhatRuinsBacktrackers() {
    String input = "a".repeat(1 << 20) + "!";

    assertThat(LinearPattern.compile("(a+)+$").matches(input)).isFalse();
    assertThat(LinearPattern.compile("(a|aa)+").matches(input)).isFalse();
  }

  @Test
  void isItsText() {
    assertThat(LinearPattern.compile("a+"))
        .isEqualTo(LinearPattern.compile("a+"))
        .hasSameHashCodeAs(LinearPattern.compile("a+"))
        .isNotEqualTo(LinearPattern.compile("a*"))
        .hasToString("a+");
  }
}
