package dev.postern.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.core.json.RandomJson.Part;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonSpliceTest {
  private static final List<String> NAMES = List.of("model", "stream", "x", "\u00e4", "model ");
  private static final List<String> USAGE = List.of("stream_options", "include_usage");

  @Test
  void leavesADocumentWithoutEditsAsItIs() {
    RandomJson random = new RandomJson(21);
    for (int i = 0; i < 2_000; i++) {
      String json =
          (i % 3 == 0 ? "\ufeff" : "") + random.space() + random.object(4) + random.space();
      assertThat(apply(json, splice -> {})).isEqualTo(json);
    }
  }

  @Test
  void setsAMemberWhereverItStandsOrAtTheEnd() {
    RandomJson random = new RandomJson(22);
    for (int i = 0; i < 3_000; i++) {
      List<Part> parts = random.parts(NAMES);
      String space = random.space();
      String around = random.space();
      String json = around + RandomJson.join(parts, space) + around;

      String expected =
          around
              + (parts.stream().anyMatch(part -> part.name().equals("model"))
                  ? RandomJson.join(
                      RandomJson.map(
                          parts,
                          part -> part.name().equals("model") ? part.withValue("\"m\"") : part),
                      space)
                  : appended(parts, space, "\"model\":\"m\""))
              + around;
      assertThat(apply(json, splice -> splice.set("model", Json.of("m")))).isEqualTo(expected);
    }
  }

  @Test
  void removesMembersAndNothingElse() {
    RandomJson random = new RandomJson(23);
    for (int i = 0; i < 3_000; i++) {
      List<Part> parts = random.parts(NAMES);
      String json = RandomJson.join(parts, random.space());
      String result = apply(json, splice -> splice.remove("model"));

      List<String> kept = new ArrayList<>();
      for (Part part : parts) {
        if (!part.name().equals("model")) {
          kept.add(part.key() + part.colon() + part.value());
        }
      }
      JsonScan scan = JsonScan.of(bytes(result));
      assertThat(
              scan.members().stream()
                  .map(member -> result(result, member.keyStart(), member.value().end())))
          .isEqualTo(kept);
      if (kept.size() == parts.size()) {
        assertThat(result).isEqualTo(json);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{ \"a\" : 1 , \"b\" : 2 , \"c\" : 3 } ~ a ~ { \"b\" : 2 , \"c\" : 3 }",
        "{ \"a\" : 1 , \"b\" : 2 , \"c\" : 3 } ~ b ~ { \"a\" : 1 , \"c\" : 3 }",
        "{ \"a\" : 1 , \"b\" : 2 , \"c\" : 3 } ~ c ~ { \"a\" : 1 , \"b\" : 2 }",
        "{ \"a\" : 1 } ~ a ~ { }",
        "{\"a\":1,\"b\":2,\"a\":3} ~ a ~ {\"b\":2}",
        "{\"a\":1,\"a\":3} ~ a ~ {}",
      })
  void takesACommaAwayWithTheMember(String json, String name, String expected) {
    assertThat(apply(json, splice -> splice.remove(name))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{\"stream_options\": {\"x\":1.0, \"include_usage\": false} } "
            + "~ {\"stream_options\": {\"x\":1.0, \"include_usage\": true} }",
        "{\"stream_options\":{ \"x\" : 1e-5 }} ~ {\"stream_options\":{ \"x\" :"
            + " 1e-5,\"include_usage\":true }}",
        "{\"stream_options\":{ }} ~ {\"stream_options\":{\"include_usage\":true }}",
        "{\"stream_options\":null} ~ {\"stream_options\":{\"include_usage\":true}}",
        "{\"a\" : -0 } ~ {\"a\" : -0,\"stream_options\":{\"include_usage\":true} }",
        "{\"stream_options\":{},\"stream_options\":null} ~"
            + " {\"stream_options\":{\"include_usage\":true},\"stream_options\":{\"include_usage\":true}}",
      })
  void setsAMemberInsideAnother(String json, String expected) {
    assertThat(apply(json, splice -> splice.set(USAGE, Json.of(true)))).isEqualTo(expected);
  }

  @Test
  void removesAMemberInsideAnother() {
    String json = "{\"o\":{\"a\":1,\"b\":{\"c\":1.0, \"d\":2}},\"o\":3}";

    assertThat(apply(json, splice -> splice.remove(List.of("o", "b", "c"))))
        .isEqualTo("{\"o\":{\"a\":1,\"b\":{\"d\":2}},\"o\":3}");
    assertThat(JsonSplice.of(JsonScan.of(bytes(json))).remove(List.of("o", "x")).isChanged())
        .isFalse();
  }

  @Test
  void addsEditsUp() {
    String json = "{ \"a\" : 1 , \"b\" : {\"c\":2} }";

    assertThat(
            apply(
                json,
                splice -> {
                  splice.set("a", Json.of(5)).remove("a").set("a", Json.of(7));
                  splice.set(List.of("b", "c"), Json.of(8)).set(List.of("b", "d", "e"), Json.of(9));
                  splice.set(List.of("n", "x"), Json.of(1)).set(List.of("n", "y"), Json.of(2));
                  splice.remove(List.of("n", "x"));
                }))
        .isEqualTo("{ \"b\" : {\"c\":8,\"d\":{\"e\":9}},\"a\":7,\"n\":{\"y\":2} }");
    assertThat(
            apply(
                json,
                splice -> {
                  splice.set("b", Json.of(1)).set(List.of("b", "x"), Json.of(2));
                  splice.set(List.of("b", "y"), Json.of(3)).remove(List.of("b", "x"));
                }))
        .isEqualTo("{ \"a\" : 1 , \"b\" : {\"y\":3} }");
  }

  @Test
  void setsADefaultOnlyWhereNothingStands() {
    assertThat(
            apply(
                "{\"a\":null}",
                splice -> splice.setIfAbsent("a", Json.of(1)).setIfAbsent("b", Json.of(2))))
        .isEqualTo("{\"a\":null,\"b\":2}");
  }

  @Test
  void replacesValuesWhereTheyLie() {
    String json = "{\"m\": [ {\"c\" : \"my key\"}, {\"c\":\"my\\u0020key\"} ], \"n\":1.0}";
    JsonScan scan = JsonScan.of(bytes(json));
    JsonSplice splice = JsonSplice.of(scan);
    for (JsonScan message : scan.find("m").orElseThrow().elements()) {
      splice.replace(message.find("c").orElseThrow(), Json.of("<masked>"));
    }
    splice.set("n", Json.of(2));

    assertThat(new String(splice.toBytes(), StandardCharsets.UTF_8))
        .isEqualTo("{\"m\": [ {\"c\" : \"<masked>\"}, {\"c\":\"<masked>\"} ], \"n\":2}");
  }

  @Test
  void letsTheEditOfTheWholeWinOverOneOfItsParts() {
    JsonScan scan = JsonScan.of(bytes("{\"a\":{\"b\":{\"c\":1}},\"d\":0}"));
    JsonScan inner = scan.find("a", "b", "c").orElseThrow();

    assertThat(text(JsonSplice.of(scan).replace(inner, Json.of(2)).set("a", Json.of(3))))
        .isEqualTo("{\"a\":3,\"d\":0}");
    assertThat(text(JsonSplice.of(scan).replace(inner, Json.of(2)).remove("a")))
        .isEqualTo("{\"d\":0}");
    assertThat(
            text(
                JsonSplice.of(scan)
                    .replace(inner, Json.of(2))
                    .set(List.of("a", "b", "c"), Json.of(4))
                    .replace(scan.find("a", "b").orElseThrow(), Json.of(5))))
        .isEqualTo("{\"a\":{\"b\":5},\"d\":0}");
  }

  @Test
  void refusesAValueOfAnotherDocument() {
    JsonScan one = JsonScan.of(bytes("{\"a\":1}"));
    JsonScan other = JsonScan.of(bytes("{\"a\":1}"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> JsonSplice.of(one).replace(other.find("a").orElseThrow(), Json.of(2)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JsonSplice.of(one.find("a").orElseThrow()))
        .withMessage("NUMBER[5..6] (expected: an object)");
  }

  @Test
  void editsADocumentThatIsAPartOfAnArray() {
    byte[] json = bytes("data: {\"a\":1} \n");
    JsonScan scan = JsonScan.of(json, 6, 8, JsonLimits.DEFAULT);

    assertThat(text(JsonSplice.of(scan).set("a", Json.of(2)))).isEqualTo("{\"a\":2} ");
  }

  @Test
  void keepsFiveMegabytesToTheByteAroundAnEdit() {
    RandomJson random = new RandomJson(24);
    StringBuilder head = new StringBuilder("{\"messages\":[0");
    while (head.length() < 3_000_000) {
      head.append(",").append(random.space()).append(random.value(4));
    }
    head.append("],\"image\":\"").append("QUJD".repeat(500_000)).append("\", \"model\" : ");
    String tail = ", \"tail\":" + random.object(5) + "}";

    assertThat(apply(head + "\"old\"" + tail, splice -> splice.set("model", Json.of("new"))))
        .isEqualTo(head + "\"new\"" + tail);
  }

  private interface Edit {
    void on(JsonSplice splice);
  }

  private static String apply(String json, Edit edit) {
    JsonSplice splice = JsonSplice.of(JsonScan.of(bytes(json)));
    edit.on(splice);
    return text(splice);
  }

  private static String appended(List<Part> parts, String space, String member) {
    if (parts.isEmpty()) {
      return "{" + member + space + "}";
    }
    List<Part> head = new ArrayList<>(parts);
    Part last = head.removeLast();
    head.add(last.withValue(last.value() + "," + member));
    return RandomJson.join(head, space);
  }

  private static String result(String text, int from, int to) {
    return new String(bytes(text), from, to - from, StandardCharsets.UTF_8);
  }

  private static String text(JsonSplice splice) {
    return new String(splice.toBytes(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
