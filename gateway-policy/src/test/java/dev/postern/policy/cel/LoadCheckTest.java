package dev.postern.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.json.Json;
import dev.postern.core.spi.ExpressionEngine.Environment;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.Place;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused when a configuration is loaded, and what is stopped when it runs. */
class LoadCheckTest {
  // 19.7
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
          oidc.sub == 'x'                 ¦ 0  ¦ oidc is not supported yet
          extproc.x == 'x'                ¦ 0  ¦ extproc is not supported yet
          mcpGuardrails.x == 'x'          ¦ 0  ¦ mcpGuardrails is not supported yet
          budget.team.used.usd > 1.0      ¦ 0  ¦ budget is not supported yet
          rateLimit.remaining > 1         ¦ 0  ¦ rateLimit is not supported yet
          jsonPath(jwt, '$.a') == 1       ¦ 8  ¦ jsonPath is not supported yet
          llmRequest.model == 'x'         ¦ 0  ¦ llmRequest does not exist here: it exists in LLM policies
          mcp.tool.name == 'x'            ¦ 0  ¦ mcp does not exist here: it exists on routes to MCP backends
          a2a.operation == 'x'            ¦ 0  ¦ a2a does not exist here: it exists on routes to A2A backends
          source.unverifiedWorkload.name == 'x' ¦ 7 ¦ source.unverifiedWorkload is not supported yet
          has(source.connectHeaders)      ¦ 3  ¦ source.connectHeaders is not supported yet
          proxy.gateway.namespace == 'x'  ¦ 14 ¦ proxy.gateway.namespace is not supported yet
          proxy.route.kind == 'x'         ¦ 12 ¦ proxy.route.kind is not supported yet
          request.endTime > now()         ¦ 8  ¦ unknown field endTime
          request['pth'] == '/'           ¦ 7  ¦ unknown field pth; did you mean path?
          regex.replace('a', '(?=a)', '') == '' ¦ 19 ¦ "(?=a)": look-around is not supported, it cannot run in linear time (expected: RE2 syntax)
          regex.extractAll('a', '(') == ['']    ¦ 22 ¦ "(": missing closing ) ( (expected: RE2 syntax)
          'a'.regexReplace(r'(a)\\1', '') == ''  ¦ 17 ¦ "(a)\\1": back-references are not supported, they cannot run in linear time (expected: RE2 syntax)
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
  @DisplayName("BI-23: work that does not end")
  void aHugeTextIsRefused() {
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
  @DisplayName("BI-23: work that does not end")
  void aLoopOverTooMuchIsStopped() {
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

  // 19.1
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jwt.s + jwt.s + jwt.s + jwt.s + jwt.s",
        "jwt.b + jwt.b + jwt.b + jwt.b + jwt.b",
        "[jwt.s, jwt.s, jwt.s, jwt.s, jwt.s].join()",
        "[jwt.s, jwt.s].join(jwt.s + jwt.s + jwt.s)",
        "jwt.s.replace('x', 'xxxxx')",
        "jwt.s.regexReplace('.*', '$0$0$0$0$0')",
        "regex.replace(jwt.s, '(.*)', r'\\1\\1\\1\\1\\1')",
        "regex.extractAll(jwt.s, 'x')",
        "base64.encode(base64.encode(base64.encode(base64.encode(base64.encode(base64.encode(jwt.s))))))",
        "url.encode(jwt.s.replace('x', '//'))",
        "jwt.l + jwt.l",
        "jwt.l.with(l, toJson([l, l, l, l]))"
      })
  void whatGrowsTooLargeIsStopped(String expression) {
    Evaluating large =
        new Evaluating()
            .with(
                "jwt",
                Map.of(
                    "s",
                    "x".repeat(2_000_000),
                    "b",
                    new byte[2_000_000],
                    "l",
                    Collections.nCopies(600_000, "abcd")));
    assertThatThrownBy(() -> large.json(expression))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> assertThat(e.kind()).isEqualTo(EvaluationException.Kind.LIMIT));
  }

  @Test
  void doublingTwentyTimesIsStopped() {
    String doubling = "'xxxxxxxxxx'" + ".with(a, a + a)".repeat(20);
    assertThatThrownBy(() -> Evaluating.eval(doubling))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> assertThat(e.kind()).isEqualTo(EvaluationException.Kind.LIMIT));
  }

  // 19.1
  @Test
  void theLimitsThemselvesAreReached() throws EvaluationException {
    String text = "'" + "x".repeat(9_990) + "' != ''";
    assertThat(new Evaluating().test(text)).isTrue();
    assertThatThrownBy(() -> compile(text + "  ".repeat(10)))
        .isInstanceOf(ExpressionException.class);
    String lists = "[".repeat(60) + "]".repeat(60) + " != []";
    assertThat(new Evaluating().test(lists)).isTrue();
    Evaluating many = new Evaluating().with("jwt", Map.of("l", Collections.nCopies(10_000, "x")));
    assertThat(many.test("jwt.l.all(x, x == 'x')")).isTrue();
    assertThatThrownBy(
            () -> many.test("jwt.l.all(x, x == 'x') && jwt.l.exists(y, y == 'y') == false"))
        .isInstanceOf(EvaluationException.class);
    assertThat(new Evaluating().test("[1].all(a, [1].all(b, a == b))")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      textBlock =
          """
          jwt.list.all(x, x >= 0)                     ¦ LIMIT
          jwt.list.filter(x, x > 1).size() > 0        ¦ LIMIT
          jwt.commas.split(',').exists(x, x == 'a')   ¦ LIMIT
          jwt.list.map(x, x).size() > 0               ¦ LIMIT
          form.decode(jwt.form).mapValues(v, v).size() > 0 ¦ LIMIT
          """)
  @DisplayName("BI-23: work that does not end")
  void loopsOverWhatAnAttackerSentAreStopped(String expression, EvaluationException.Kind kind) {
    StringBuilder form = new StringBuilder();
    IntStream.range(0, 20_000).forEach(i -> form.append('k').append(i).append("=1&"));
    Evaluating hostile =
        new Evaluating()
            .with(
                "jwt",
                Map.of(
                    "list",
                    Collections.nCopies(1_000_000, 1),
                    "commas",
                    ",".repeat(2 * 1024 * 1024),
                    "form",
                    form.toString()));
    assertThatThrownBy(() -> hostile.test(expression))
        .isInstanceOfSatisfying(
            EvaluationException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @Test
  @DisplayName("BI-23: work that does not end")
  void aFormOfOneNameIsReadInOnePass() throws EvaluationException {
    Evaluating hostile = new Evaluating().with("jwt", Map.of("s", "a=1&".repeat(300_000)));
    assertThat(hostile.json("size(form.decode(jwt.s).a)")).isEqualTo(Json.of(300_000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^(a+)+$",
        "^(a|a)*$",
        "^(a|aa)+$",
        "(.*)*b",
        "(a*)*c",
        "^(([a-z])+.)+[A-Z]([a-z])+$"
      })
  @DisplayName("BI-22: regular expressions")
  void knownEvilPatternsEndInTime(String pattern) throws EvaluationException {
    Evaluating evil =
        new Evaluating().with("jwt", Map.of("s", "a".repeat(100_000) + "!", "p", pattern));
    assertThat(evil.test("jwt.s.matches('" + pattern + "')")).isFalse();
    assertThat(evil.test("jwt.s.matches(jwt.p)")).isFalse();
    assertThat(evil.test("jwt.s.regexReplace(jwt.p, '') == jwt.s")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"(a{1000}){1000}", "((a{100}){100}){100}", "(?=a)", "(a)\\\\1", "(?>a)", "a++"})
  @DisplayName("BI-22: regular expressions")
  void patternsThatCannotBeLinearAreRefused(String pattern) {
    assertThatThrownBy(() -> compile("request.path.matches('" + pattern + "')"))
        .isInstanceOf(ExpressionException.class);
    Evaluating asked = new Evaluating().with("jwt", Map.of("p", pattern.replace("\\\\", "\\")));
    assertThatThrownBy(() -> asked.test("request.path.matches(jwt.p)"))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> assertThat(e.kind()).isEqualTo(EvaluationException.Kind.FUNCTION));
  }

  @ParameterizedTest
  @MethodSource("hostileJson")
  @DisplayName("BI-20: what other readers could read otherwise")
  void hostileJsonIsRefused(String json) {
    Evaluating hostile = new Evaluating().with("jwt", Map.of("s", json));
    assertThatThrownBy(() -> hostile.json("json(jwt.s)"))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> assertThat(e.kind()).isEqualTo(EvaluationException.Kind.FUNCTION));
  }

  static List<String> hostileJson() {
    return List.of(
        "{\"a\":1,\"a\":2}",
        "NaN",
        "[".repeat(2 * 1024 * 1024),
        "[".repeat(100_000) + "]".repeat(100_000),
        "9".repeat(1024 * 1024),
        "\"\\ud800\"",
        "\ufeff{}",
        "{\"" + "a".repeat(70_000) + "\":1}",
        "{",
        "");
  }

  // 19.9
  @Test
  void whatIsCompiledIsKeptWhileItIsUsed() {
    CelEngine engine = new CelEngine(InstantSource.system(), new Random(1), OpenTelemetry.noop());
    List<Expression> first = tenThousand(engine);
    assertThat(engine.compilations()).isEqualTo(10_000);
    List<Expression> second = tenThousand(engine);
    assertThat(engine.compilations()).isEqualTo(10_000);
    assertThat(second).isEqualTo(first);
  }

  private static List<Expression> tenThousand(CelEngine engine) {
    Environment environment =
        new Environment(Place.ROUTE, Moment.REQUEST, Result.BOOLEAN, List.of());
    return IntStream.range(0, 10_000)
        .mapToObj(
            i -> engine.compile(ExpressionText.parse("request.path == '/" + i + "'"), environment))
        .toList();
  }

  @Test
  @DisplayName("BI-22: regular expressions")
  void matchesInLinearTime() throws EvaluationException {
    Evaluating evil = new Evaluating().with("jwt", Map.of("s", "a".repeat(100_000) + "!"));
    assertThat(evil.test("jwt.s.matches('^(a+)+$')")).isFalse();
  }

  @Test
  @DisplayName("BI-20: what other readers could read otherwise")
  void jsonThatIsTooDeepIsRefused() {
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
