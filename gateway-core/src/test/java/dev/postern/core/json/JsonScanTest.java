package dev.postern.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScanTest {
  private static final String CHAT =
      """
      {"model": "gpt-4.1",\t"stream" :true, "max_tokens":1e3, "seed":18446744073709551616,
       "stream_options": {"include_usage": false}, "n": null,
       "messages":[{"role":"user","content":"h\\u00e4\\n"} , {"role":"tool"}]}
      """;

  @Test
  void readsTypedValues() {
    JsonScan scan = JsonScan.of(bytes(CHAT));

    assertThat(scan.string("model")).contains("gpt-4.1");
    assertThat(scan.bool("stream")).contains(true);
    assertThat(scan.integer("max_tokens")).isEqualTo(OptionalLong.of(1000));
    assertThat(scan.integer("seed")).isEmpty();
    assertThat(scan.number("seed")).contains(new JsonNumber("18446744073709551616"));
    assertThat(scan.bool("stream_options", "include_usage")).contains(false);
    assertThat(scan.find("n").map(JsonScan::kind)).contains(JsonKind.NULL);
  }

  @Test
  void isEmptyForWhatIsMissingOrOfAnotherKind() {
    JsonScan scan = JsonScan.of(bytes(CHAT));

    assertThat(scan.string("stream")).isEmpty();
    assertThat(scan.bool("model")).isEmpty();
    assertThat(scan.number("model")).isEmpty();
    assertThat(scan.integer("model")).isEmpty();
    assertThat(scan.find("mode")).isEmpty();
    assertThat(scan.find("model", "name")).isEmpty();
    assertThat(scan.find("stream_options", "x")).isEmpty();
  }

  @Test
  void walksIntoArraysKeepingOffsets() {
    byte[] json = bytes(CHAT);
    List<JsonScan> messages = JsonScan.of(json).find("messages").orElseThrow().elements();

    assertThat(messages).hasSize(2);
    assertThat(messages.getFirst().string("content")).contains("h\u00e4\n");
    JsonScan content = messages.getFirst().find("content").orElseThrow();
    assertThat(cut(json, content)).isEqualTo("\"h\\u00e4\\n\"");
    assertThat(cut(json, messages.getLast())).isEqualTo("{\"role\":\"tool\"}");
    assertThat(JsonScan.of(json).elements()).isEmpty();
    assertThat(content.members()).isEmpty();
  }

  @Test
  void knowsWhereEveryMemberLies() {
    RandomJson random = new RandomJson(3);
    List<String> names = List.of("a", "model", "\u00e4", "\ud83d\ude00", "with space", "");
    for (int i = 0; i < 3_000; i++) {
      List<RandomJson.Part> parts = random.parts(names);
      String before = random.space();
      byte[] json = bytes("xx" + before + RandomJson.join(parts, random.space()) + " yyy");
      JsonScan scan = JsonScan.of(json, 2, json.length - 5, JsonLimits.DEFAULT);

      assertThat(scan.start()).isEqualTo(2 + before.length());
      List<JsonScan.Member> members = scan.members();
      assertThat(members).hasSameSizeAs(parts);
      int offset = scan.start();
      for (int j = 0; j < parts.size(); j++) {
        RandomJson.Part part = parts.get(j);
        JsonScan.Member member = members.get(j);
        int key = offset + 1 + bytes(part.before()).length;
        assertThat(member.name()).isEqualTo(part.name());
        assertThat(member.keyStart()).isEqualTo(key);
        assertThat(member.value().start()).isEqualTo(key + bytes(part.key() + part.colon()).length);
        assertThat(cut(json, member.value())).isEqualTo(part.value());
        offset += 1 + bytes(part.text()).length;
      }
      for (String name : names) {
        String last = null;
        for (RandomJson.Part part : parts) {
          last = part.name().equals(name) ? part.value() : last;
        }
        assertThat(scan.find(name).map(value -> cut(json, value)).orElse(null)).isEqualTo(last);
      }
    }
  }

  @Test
  void readsTheLastOfMembersThatStandTwiceHoweverTheyAreSpelt() {
    JsonScan scan = JsonScan.of(bytes("{\"model\":\"a\",\"mod\\u0065l\":\"b\"}"));

    assertThat(scan.string("model")).contains("b");
    assertThat(scan.members()).hasSize(2);
  }

  @Test
  void makesATreeOfAPart() {
    JsonScan scan = JsonScan.of(bytes(CHAT));

    assertThat(scan.find("stream_options").orElseThrow().toJson())
        .isEqualTo(JsonObject.of(Map.of("include_usage", Json.of(false))));
    assertThat(scan.toJson()).isEqualTo(Json.parse(CHAT));
    assertThat(scan.find("stream_options").orElseThrow().toBytes())
        .isEqualTo(bytes("{\"include_usage\": false}"));
  }

  @Test
  void printsNothingOfItsContent() {
    assertThat(JsonScan.of(bytes("{\"key\":\"secret\"}"))).hasToString("OBJECT[0..16]");
  }

  @Test
  void toleratesAByteOrderMark() {
    JsonScan scan = JsonScan.of(bytes("\ufeff {\"a\":1}"));

    assertThat(scan.start()).isEqualTo(4);
    assertThat(scan.integer("a")).isEqualTo(OptionalLong.of(1));
  }

  @Test
  void keepsLoneSurrogatesThatCameAsEscapes() {
    assertThat(JsonScan.of(bytes("{\"a\":\"\\ud800\"}")).string("a")).contains("\ud800");
  }

  @Nested
  class Refuses {
    @ParameterizedTest
    @CsvSource(
        delimiter = '~',
        value = {
          "'' ~ 0 ~ the document is empty",
          "' ' ~ 1 ~ the document is empty",
          "null ~ 0 ~ expected an object",
          "[] ~ 0 ~ expected an object",
          "\"x\" ~ 0 ~ expected an object",
          "{ ~ 1 ~ unexpected end",
          "{\"a ~ 3 ~ unexpected end",
          "{\"a\" ~ 4 ~ unexpected end",
          "{\"a\": ~ 5 ~ unexpected end",
          "{\"a\":1 ~ 6 ~ unexpected end",
          "{\"a\":1, ~ 7 ~ unexpected end",
          "{\"a\":- ~ 6 ~ unexpected end",
          "{\"a\":\"\\ ~ 7 ~ unexpected end",
          "{\"a\":tru ~ 5 ~ expected a value",
          "{\"a\":1}} ~ 7 ~ expected nothing more",
          "{\"a\":1}x ~ 7 ~ expected nothing more",
          "{\"a\":1,} ~ 7 ~ expected the name of a member",
          "{\"a\":[1,]} ~ 8 ~ expected a value",
          "{a:1} ~ 1 ~ expected the name of a member",
          "{'a':1} ~ 1 ~ expected the name of a member",
          "{\"a\" 1} ~ 5 ~ expected ':'",
          "{\"a\":1 \"b\":2} ~ 7 ~ expected ',' or '}'",
          "{\"a\":[1 2]} ~ 8 ~ expected ',' or ']'",
          "{\"a\":NaN} ~ 5 ~ expected a value",
          "{\"a\":Infinity} ~ 5 ~ expected a value",
          "{\"a\":-Infinity} ~ 6 ~ expected a digit",
          "{\"a\":+1} ~ 5 ~ expected a value",
          "{\"a\":.5} ~ 5 ~ expected a value",
          "{\"a\":1.} ~ 7 ~ expected a digit",
          "{\"a\":1e} ~ 7 ~ expected a digit",
          "{\"a\":01} ~ 6 ~ expected ',' or '}'",
          "{\"a\":0x1} ~ 6 ~ expected ',' or '}'",
          "{\"a\":TRUE} ~ 5 ~ expected a value",
          "{\"a\":\"\\x\"} ~ 6 ~ an unknown escape in a string",
          "{\"a\":\"\\u12g4\"} ~ 6 ~ expected \\u and four hexadecimal digits",
          "{\"a\":\"\t\"} ~ 6 ~ a control character in a string",
          "{/**/} ~ 1 ~ expected the name of a member",
        })
    void whatIsNoObjectAndSaysWhere(String json, int offset, String problem) {
      assertThat(refusal(bytes(json)))
          .hasMessage("invalid JSON at byte " + offset + ": " + problem)
          .returns(offset, JsonException::offset);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"})
    void otherEncodings(String charset) {
      assertThat(refusal("{\"a\":1}".getBytes(Charset.forName(charset)))).isNotNull();
    }

    @Test
    void bytesThatAreNotUtf8() {
      for (byte[] bad :
          new byte[][] {
            {(byte) 0xff},
            {(byte) 0xc0, (byte) 0xaf},
            {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            {(byte) 0xe4}
          }) {
        byte[] json = bytes("{\"a\":\"12345678____\"}");
        System.arraycopy(bad, 0, json, 14, bad.length);
        assertThat(refusal(json)).hasMessage("invalid JSON at byte 14: not UTF-8");
      }
    }

    @Test
    void nestingBeyondTheLimitAtOnce() {
      String deep = "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);
      assertThat(refusal(bytes(deep)))
          .hasMessage("invalid JSON at byte 1280: nested deeper than 256 levels");

      byte[] brackets = new byte[2 << 20];
      Arrays.fill(brackets, (byte) '[');
      System.arraycopy(bytes("{\"a\":"), 0, brackets, 0, 5);
      assertThat(refusal(brackets)).hasMessageContaining("nested deeper than 256 levels");
      assertThat(catchThrowableOfType(JsonException.class, () -> Json.parse(brackets)))
          .hasMessageContaining("nested deeper than 256 levels");
    }

    @Test
    void numbersBeyondTheLimit() {
      String digits = "9".repeat(1 << 20);
      assertThat(refusal(bytes("{\"a\":" + digits + "}")))
          .hasMessage("invalid JSON at byte 5: a number longer than 1000 characters");
      assertThat(refusal(bytes("{\"a\":0." + digits + "}"))).isNotNull();
      assertThat(refusal(bytes("{\"a\":1e" + digits + "}"))).isNotNull();
      assertThat(JsonScan.of(bytes("{\"a\":" + "9".repeat(1000) + "}")).number("a")).isPresent();
    }

    @Test
    void namesAndMembersBeyondTheLimit() {
      assertThat(refusal(bytes("{\"" + "n".repeat(65_537) + "\":1}")))
          .hasMessage("invalid JSON at byte 1: a name longer than 65536 bytes");
      byte[] three = bytes("{\"a\":1,\"b\":{\"c\":2}}");
      JsonLimits two = JsonLimits.DEFAULT.withMembers(2);
      assertThat(
              catchThrowableOfType(
                  JsonException.class, () -> JsonScan.of(three, 0, three.length, two)))
          .hasMessage("invalid JSON at byte 12: more than 2 members");
    }

    @Test
    void namesThatStandTwiceIfTheLimitsSaySo() {
      JsonLimits unique = JsonLimits.DEFAULT.withUniqueNames(true);
      for (String json : List.of("{\"a\":1,\"\\u0061\":2}", "{\"b\":[{\"a\":1,\"a\":2}]}")) {
        byte[] bytes = bytes(json);
        assertThat(
                catchThrowableOfType(
                    JsonException.class, () -> JsonScan.of(bytes, 0, bytes.length, unique)))
            .hasMessageEndingWith("a name that the object has already");
        assertThat(catchThrowableOfType(JsonException.class, () -> Json.parse(bytes, unique)))
            .hasMessageEndingWith("a name that the object has already");
      }
    }

    private static JsonException refusal(byte[] json) {
      return catchThrowableOfType(JsonException.class, () -> JsonScan.of(json));
    }
  }

  @Test
  void acceptsNestingUpToTheLimit() {
    String deep = "{\"a\":".repeat(256) + "1" + "}".repeat(256);

    JsonScan scan = JsonScan.of(bytes(deep));
    String[] path = new String[256];
    Arrays.fill(path, "a");
    assertThat(scan.integer(path)).isEqualTo(OptionalLong.of(1));
  }

  @Test
  void acceptsStringsAsLongAsTheBody() {
    String image = "iVBORw0KGgo".repeat(3_000_000);

    assertThat(JsonScan.of(bytes("{\"image\":\"" + image + "\"}")).string("image")).contains(image);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String cut(byte[] json, JsonScan value) {
    return new String(json, value.start(), value.end() - value.start(), StandardCharsets.UTF_8);
  }
}
