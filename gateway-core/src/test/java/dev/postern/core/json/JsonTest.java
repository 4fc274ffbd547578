package dev.postern.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void readsAndWritesCompactly() {
    assertThat(Json.parse(" { \"b\" : [ 1 , \"x\" , null , true ] , \"a\" : { } } "))
        .hasToString("{\"b\":[1,\"x\",null,true],\"a\":{}}");
  }

  @Test
  void readsBackWhatItWrites() {
    RandomJson random = new RandomJson(31);
    for (int i = 0; i < 3_000; i++) {
      Json json = Json.parse(random.value(5));
      assertThat(Json.parse(json.toBytes())).isEqualTo(json).hasSameHashCodeAs(json);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e-5", "1.0", "-0", "18446744073709551616", "1E400"})
  void keepsTheSpellingOfNumbers(String number) {
    assertThat(Json.parse("[" + number + "]")).hasToString("[" + number + "]");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "-12, -12",
    "1.0, 1",
    "1e3, 1000",
    "12.50e1, 125",
    "-0, 0",
    "0e999999999, 0",
    "9223372036854775807, 9223372036854775807",
    "-9223372036854775808, -9223372036854775808",
    "999999999999999999, 999999999999999999",
  })
  void readsWholeNumbersHoweverTheyAreSpelt(String number, long value) {
    assertThat(new JsonNumber(number).integer()).isEqualTo(OptionalLong.of(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.5",
        "9223372036854775808",
        "1e19",
        "1e2147483647",
        "1e99999999999999",
        "1e-2147483647",
        "5e-1"
      })
  void hasNoLongForOtherNumbers(String number) {
    assertThat(new JsonNumber(number).integer()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "NaN", "01", "1.", ".5", "+1", "0x1", " 1", "1e", "Infinity"})
  void refusesSpellingsThatAreNoNumber(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> new JsonNumber(text));
  }

  @Test
  void makesNumbers() {
    assertThat(Json.of(1.5)).hasToString("1.5");
    assertThat(Json.of(1e-7)).hasToString("1.0E-7");
    assertThat(Json.of(new BigDecimal("1E+3"))).hasToString("1E+3");
    assertThat(Json.of(1.5).toDouble()).isEqualTo(1.5);
    assertThat(Json.of(7).toBigDecimal()).isEqualTo(BigDecimal.valueOf(7));
    assertThatIllegalArgumentException().isThrownBy(() -> Json.of(Double.NaN));
  }

  @Test
  void escapesWhatMustBeAndKeepsLoneSurrogates() {
    String text = "\"\\/\b\f\n\r\t\u0001\u007f\u00e4\u4e2d\ud83d\ude00\ud800x\udc00";

    assertThat(Json.of(text))
        .hasToString(
            "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\u007f\u00e4\u4e2d\ud83d\ude00\\ud800x\\udc00\"");
    assertThat(Json.parse(Json.of(text).toBytes())).isEqualTo(Json.of(text));
    assertThat(Json.of("\ud83d\ude00").toBytes())
        .isEqualTo("\"\ud83d\ude00\"".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void findsByPath() {
    Json json = Json.parse("{\"a\":{\"s\":\"x\",\"b\":true,\"n\":2},\"l\":[1]}");

    assertThat(json.string("a", "s")).contains("x");
    assertThat(json.bool("a", "b")).contains(true);
    assertThat(json.integer("a", "n")).isEqualTo(OptionalLong.of(2));
    assertThat(json.number("a", "n")).contains(Json.of(2));
    assertThat(json.find("l").orElseThrow().elements()).containsExactly(Json.of(1));
    assertThat(json.string("a", "n")).isEmpty();
    assertThat(json.string("l", "s")).isEmpty();
    assertThat(json.find("a", "x", "y")).isEmpty();
    assertThat(Json.of("self").string()).contains("self");
    assertThat(Json.of(3).integer("x")).isEmpty();
  }

  @Test
  void lastOfMembersThatStandTwiceCounts() {
    assertThat(Json.parse("{\"a\":1,\"b\":2,\"a\":3}")).hasToString("{\"a\":3,\"b\":2}");
  }

  @Test
  void buildsInOrderAndStaysAsItIs() {
    JsonObject object =
        JsonObject.builder()
            .put("z", "s")
            .put("a", 1)
            .put("m", true)
            .put("l", Json.array())
            .build();

    assertThat(object).hasToString("{\"z\":\"s\",\"a\":1,\"m\":true,\"l\":[]}");
    assertThat(object.with("a", Json.nothing()).without("z"))
        .hasToString("{\"a\":null,\"m\":true,\"l\":[]}");
    assertThat(object.string("z")).contains("s");
    assertThatThrownBy(() -> object.members().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> Json.parse("[1]").elements().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void comparesByContentNotByOrderOfMembers() {
    assertThat(Json.parse("{\"a\":1,\"b\":[true,null]}"))
        .isEqualTo(Json.parse("{\"b\":[true,null],\"a\":1}"))
        .isNotEqualTo(Json.parse("{\"a\":1.0,\"b\":[true,null]}"));
    assertThat(Json.object("a", JsonArray.of(List.of(Json.of(1)))))
        .isEqualTo(Json.parse("{\"a\":[1]}"));
  }

  @Test
  void countsElementsOfATreeAsMembers() {
    byte[] json = "[1,2,3]".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> Json.parse(json, JsonLimits.DEFAULT.withMembers(2)))
        .isInstanceOf(JsonException.class)
        .hasMessage("invalid JSON at byte 5: more than 2 members and elements");
    assertThat(Json.parse(json, JsonLimits.DEFAULT.withMembers(3)).elements()).hasSize(3);
  }

  @Test
  void keepsNestingInReachOfTheStack() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JsonLimits.DEFAULT.withNesting(1001))
        .withMessage("nesting: 1001 (expected: 1..1000)");
    String deep = "[".repeat(1000) + "]".repeat(1000);
    assertThat(
            Json.parse(deep.getBytes(StandardCharsets.UTF_8), JsonLimits.DEFAULT.withNesting(1000)))
        .hasToString(deep);
  }
}
