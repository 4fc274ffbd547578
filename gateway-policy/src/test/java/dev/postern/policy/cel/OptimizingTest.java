package dev.postern.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression.Oddity;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is computed when an expression is compiled, what once per evaluation, and what as often as
 * written.
 */
class OptimizingTest {
  private final Counting counting = new Counting();
  private final Evaluating evaluating = new Evaluating().with(counting);

  // 19.1
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 + 1 == 2",
        "'a' + 'b' == 'ab'",
        "sha256.encode('abc').startsWith('ba78')",
        "'/v1/x'.stripPrefix('/v1').matches('^/x$')",
        "true || counted.number == 1",
        "[1, 2, 3].all(x, x > 0)",
        "json('{\"a\":1}').a == 1"
      })
  void whatIsConstantIsKnownAtOnce(String expression) {
    assertThat(evaluating.compile(expression, Result.BOOLEAN).oddities())
        .contains(Oddity.ALWAYS_TRUE);
  }

  // 19.1
  @ParameterizedTest
  @ValueSource(
      strings = {
        "random() < 2.0",
        "uuid() != ''",
        "now() > timestamp('2020-01-01T00:00:00Z')",
        "default(1, 2) == 1",
        "coalesce(1, 2) == 1",
        "has(variables().request)",
        "counted.number == 1"
      })
  void whatMayDifferEachTimeIsNot(String expression) throws EvaluationException {
    assertThat(evaluating.compile(expression, Result.BOOLEAN).oddities())
        .doesNotContain(Oddity.ALWAYS_TRUE);
    assertThat(evaluating.test(expression)).isTrue();
  }

  // 19.1
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      textBlock =
          """
          counted.map.a + counted.map.a                             ¦ 2 ¦ 1
          counted.map.a > 5 || counted.map.a > 7                    ¦ false ¦ 1
          [counted.map.a + 1, counted.map.a + 1, counted.map.a + 1] ¦ [2,2,2] ¦ 1
          default(counted.map.b, 7) + default(counted.map.b, 7)     ¦ 14 ¦ 2
          coalesce(counted.map.a, 0) + coalesce(counted.map.a, 0)   ¦ 2 ¦ 2
          """)
  void whatIsWrittenTwiceIsReadOnce(String expression, String result, int reads)
      throws EvaluationException {
    assertThat(evaluating.json(expression).toString()).isEqualTo(result);
    assertThat(counting.reads).isEqualTo(reads);
  }

  @Test
  void twoRandomNumbersAreTwo() throws EvaluationException {
    assertThat(evaluating.test("random() == random()")).isFalse();
    assertThat(evaluating.test("uuid() + 'x' == uuid() + 'x'")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      textBlock =
          """
          counted.map.b.c == 1 || counted.map.b.c == 2 || true ¦ true
          has(counted.map.b) && counted.map.b.c == counted.map.b.c ¦ false
          !has(counted.map.b) || counted.map.b.c == 1 || counted.map.b.c == 2 ¦ true
          """)
  void aSharedPartThatFailsIsAbsorbedAsBefore(String expression, boolean result)
      throws EvaluationException {
    assertThat(evaluating.test(expression)).isEqualTo(result);
  }

  @Test
  void whatIsConstantAndFailsDoesSoWhenItIsEvaluated() {
    assertThatThrownBy(() -> evaluating.json("1 / 0")).isInstanceOf(EvaluationException.class);
    assertThatThrownBy(() -> evaluating.json("'x'.matches('y') ? 1 : {'a': 1}.b"))
        .isInstanceOf(EvaluationException.class);
  }

  /** Counts how often it is read. */
  private static final class Counting implements VariableSource {
    private int reads;

    @Override
    public String name() {
      return "counted";
    }

    @Override
    public VariableType.Fields fields() {
      return new VariableType.Fields(
          Map.of("number", VariableType.Scalar.INTEGER, "map", VariableType.Scalar.ANY), false);
    }

    @Override
    public Object read(Exchange exchange, String field) {
      reads++;
      return field.equals("number") ? 1L : Map.of("a", 1L);
    }
  }
}
