package dev.postern.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.spi.ExpressionEngine.Result;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused when a configuration is loaded, and what is stopped when it runs. */
class LoadCheckTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      textBlock =
          """
          reqest.path == '/'              ¦ 0  ¦ unknown name reqest; did you mean request?
          request.pth == '/'              ¦ 8  ¦ unknown field pth; did you mean path?
          request.path.startWith('/')     ¦ 22 ¦ unknown name startWith; did you mean startsWith?
          response.code == 200            ¦ 0  ¦ response does not exist here: it exists on the way back only
          llm.requestModel == 'x'         ¦ 0  ¦ llm does not exist here: it exists in policies of LLM backends, on the way back, and in logs
          backend.name == 'x'             ¦ 0  ¦ backend does not exist here: it exists once a backend is chosen
          request.path                    ¦ 0  ¦ gives a text (expected: true or false)
          request.path == 1               ¦ 13 ¦ _==_ does not take (string, int)
          request.path.matches('(?=a)')   ¦ 21 ¦ "(?=a)": look-around is not supported, it cannot run in linear time (expected: RE2 syntax)
          cidr('10.0.0.0/99').containsIP(source.ip) ¦ 5 ¦ "10.0.0.0/99" (expected: a range as 10.0.0.0/8)
          ip('localhost').isLoopback()    ¦ 3  ¦ "localhost" (expected: an IP address)
          now() > timestamp('yesterday')  ¦ 18 ¦ "yesterday" (expected: a time as 2026-01-31T12:00:00Z)
          duration('1 hour') > duration('1s') ¦ 9 ¦ "1 hour" (expected: a duration as 1h30m or 250ms)
          """)
  void refusesWithThePlace(String expression, int offset, String problem) {
    assertThatThrownBy(() -> compile(expression))
        .isInstanceOfSatisfying(
            ExpressionException.class,
            e -> {
              assertThat(e.problem()).isEqualTo(problem);
              assertThat(e.offset()).isEqualTo(offset);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "  ", "request.path ==", "a b", "'open", "(1", "1 + + 2", "request..path"})
  void refusesWhatIsNoExpression(String expression) {
    assertThatThrownBy(() -> compile(expression)).isInstanceOf(ExpressionException.class);
  }

  @Test
  void bi23RefusesAHugeText() {
    String chain = "request.path == '/' && ".repeat(50_000) + "true";
    assertThatThrownBy(() -> compile(chain)).isInstanceOf(ExpressionException.class);
  }

  @Test
  void refusesDeepNesting() {
    String deep = "(".repeat(2000) + "true" + ")".repeat(2000);
    assertThatThrownBy(() -> compile(deep)).isInstanceOf(ExpressionException.class);
    String lists = "[".repeat(80) + "]".repeat(80) + " == []";
    assertThatThrownBy(() -> compile(lists)).isInstanceOf(ExpressionException.class);
  }

  @Test
  void takesALongChainOfConditions() throws EvaluationException {
    String chain =
        IntStream.range(0, 300)
            .mapToObj(i -> "request.path != '/" + i + "'")
            .collect(Collectors.joining(" && "));
    assertThat(new Evaluating().test(chain)).isTrue();
  }

  @Test
  void refusesLoopsInLoopsInLoops() {
    assertThatThrownBy(() -> compile("[1].all(a, [1].all(b, [1].all(c, true)))"))
        .hasMessageContaining("loops nested deeper than 2");
  }

  @Test
  void bi23StopsALoopOverTooMuch() {
    Evaluating many = new Evaluating().with("jwt", Map.of("s", "x,".repeat(20_000)));
    assertThatThrownBy(() -> many.test("jwt.s.split(',').all(x, true)"))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> assertThat(e.kind()).isEqualTo(EvaluationException.Kind.LIMIT));
  }

  @Test
  void stopsAResultThatGrowsTooLarge() {
    Evaluating large = new Evaluating().with("jwt", Map.of("s", "x".repeat(10_000)));
    assertThatThrownBy(() -> large.json("jwt.s.replace('x', jwt.s)"))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> assertThat(e.kind()).isEqualTo(EvaluationException.Kind.LIMIT));
  }

  @Test
  void bi22MatchesInLinearTime() throws EvaluationException {
    Evaluating evil = new Evaluating().with("jwt", Map.of("s", "a".repeat(100_000) + "!"));
    assertThat(evil.test("jwt.s.matches('^(a+)+$')")).isFalse();
  }

  @Test
  void bi20RefusesJsonThatIsTooDeep() {
    Evaluating deep = new Evaluating().with("jwt", Map.of("s", "[".repeat(100_000)));
    assertThatThrownBy(() -> deep.json("json(jwt.s)")).isInstanceOf(EvaluationException.class);
  }

  @Test
  void sharesWhatIsEqual() {
    assertThat(new Evaluating().compile("true", Result.BOOLEAN))
        .isSameAs(new Evaluating().compile("true", Result.BOOLEAN))
        .isNotSameAs(new Evaluating().compile("true", Result.ANY));
  }

  @Test
  void aWrongTypeAtRunTimeIsAnError() {
    Evaluating text = new Evaluating().with("jwt", Map.of("admin", "yes"));
    assertThatThrownBy(() -> text.test("jwt.admin"))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> assertThat(e.kind()).isEqualTo(EvaluationException.Kind.TYPE));
  }

  @Test
  void errorsHoldNoValues() {
    Evaluating secret = new Evaluating().with("jwt", Map.of("s", "hunter2"));
    assertThatThrownBy(() -> secret.json("int(jwt.s)")).hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> secret.json("json(jwt.s)")).hasMessageNotContaining("hunter2");
  }

  private static void compile(String expression) {
    new Evaluating().compile(expression, Result.BOOLEAN);
  }
}
