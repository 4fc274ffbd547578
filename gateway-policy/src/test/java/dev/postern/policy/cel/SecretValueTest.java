package dev.postern.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Expression.Oddity;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.text.Secret;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A secret is a text that hides it, until it is asked for by name. */
class SecretValueTest {
  private final Evaluating caller =
      new Evaluating()
          .with("jwt", new TreeMap<>(Map.of("sub", "alice", "rawToken", Secret.of("a.b.c"))));

  // 18
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      textBlock =
          """
          jwt.rawToken                          ¦ "<redacted>"
          jwt['rawToken']                       ¦ "<redacted>"
          'Bearer ' + jwt.rawToken              ¦ "Bearer <redacted>"
          jwt.rawToken == 'a.b.c'               ¦ false
          jwt.rawToken.startsWith('a')          ¦ false
          toJson(jwt)                           ¦ "{\\"rawToken\\":\\"<redacted>\\",\\"sub\\":\\"alice\\"}"
          variables().jwt.rawToken              ¦ "<redacted>"
          has(jwt.rawToken)                     ¦ true
          jwt.rawToken.unredacted()             ¦ "a.b.c"
          jwt['rawToken'].unredacted()          ¦ "a.b.c"
          jwt.with(j, j.rawToken.unredacted())  ¦ "a.b.c"
          jwt.sub.unredacted()                  ¦ "alice"
          default(jwt.other.unredacted(), '-')  ¦ "-"
          """)
  void gives(String expression, String json) throws EvaluationException {
    assertThat(caller.json(expression).toString()).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"'x'.unredacted()", "jwt.unredacted()", "(jwt.rawToken + '').unredacted()"})
  void onlyAFieldCanBeUnredacted(String expression) {
    assertThatThrownBy(() -> caller.json(expression))
        .hasMessageContaining("unredacted() must follow a field, as in jwt.rawToken.unredacted()");
  }

  @Test
  void oneCanTellWhoShowsASecret() {
    assertThat(caller.compile("jwt.rawToken.unredacted()", Result.ANY).oddities())
        .containsExactly(Oddity.REVEALED_SECRET);
    assertThat(caller.compile("jwt.rawToken", Result.ANY).oddities()).isEmpty();
    assertThat(caller.compile("jwt.rawToken.unredacted()", Result.ANY).needs().variables())
        .containsExactly("jwt");
  }
}
