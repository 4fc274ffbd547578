package dev.postern.core.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Jackson, fed with strictly decoded text, judges what is JSON and what it says. One thing it is
 * not asked: it refuses names with a lone surrogate, which RFC 8259 allows and a gateway passes on.
 */
class JacksonAgreementTest {
  private static final JsonFactory JACKSON =
      JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();
  private static final Object NO_OPINION = new Object();

  @Test
  void acceptsWhatJacksonAcceptsAndReadsTheSame() {
    RandomJson json = new RandomJson(11);
    for (int i = 0; i < 5_000; i++) {
      agree((json.space() + json.object(4) + json.space()).getBytes(UTF_8));
    }
  }

  @Test
  void agreesOnDocumentsWithDamagedBytes() {
    RandomJson json = new RandomJson(12);
    Random random = json.random;
    String likely =
        "{}[]\",:\\/ntu0123456789eE+-. \n"
            + "\u0000\u001f\u007f\u0080\u00bf\u00c0\u00c2\u00e0\u00ed\u00f0\u00f4\u00ff";
    byte[] replacements = likely.getBytes(ISO_8859_1);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = json.object(3).getBytes(UTF_8);
      for (int n = 1 + random.nextInt(2); n > 0 && bytes.length > 0; n--) {
        int at = random.nextInt(bytes.length);
        bytes =
            switch (random.nextInt(4)) {
              case 0 -> Arrays.copyOf(bytes, at);
              case 1 -> cut(bytes, at);
              case 2 -> insert(bytes, at, replacements[random.nextInt(replacements.length)]);
              default -> replace(bytes, at, replacements[random.nextInt(replacements.length)]);
            };
      }
      refused += agree(bytes) ? 0 : 1;
    }
    assertThat(refused).isBetween(5_000, 19_000);
  }

  @Test
  void agreesOnSoupOfTokens() {
    String[] tokens = {
      "{", "}", "[", "]", ",", ":", "\"a\"", "\"", "1", "-", "0", ".", "e", "true", "fals", "null",
      " ", "\\"
    };
    Random random = new Random(13);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder("{\"a\":");
      for (int n = random.nextInt(7); n > 0; n--) {
        text.append(tokens[random.nextInt(tokens.length)]);
      }
      agree((text + (random.nextBoolean() ? "}" : "")).getBytes(UTF_8));
    }
  }

  @Test
  void agreesWithTheDecoderOfTheJdkOnWhatIsUtf8() {
    for (int lead = 0x80; lead <= 0xff; lead++) {
      for (int second : new int[] {0x22, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff}) {
        for (int third : new int[] {0x22, 0x7f, 0x80, 0xbf, 0xc0}) {
          byte[] bytes = "{\"a\":\"____\"}".getBytes(ISO_8859_1);
          bytes[6] = (byte) lead;
          bytes[7] = (byte) second;
          bytes[8] = (byte) third;
          bytes[9] = (byte) third;
          agree(bytes);
          bytes[8] = '_';
          bytes[9] = '_';
          agree(bytes);
          bytes[8] = (byte) third;
          agree(bytes);
        }
      }
    }
  }

  private static boolean agree(byte[] bytes) {
    Object expected = jackson(bytes);
    boolean scanned;
    try {
      JsonScan.of(bytes);
      scanned = true;
    } catch (JsonException e) {
      scanned = false;
    }
    Object tree;
    try {
      tree = plain(Json.parse(bytes));
    } catch (JsonException e) {
      tree = null;
    }
    if (expected != NO_OPINION
        && (scanned != expected instanceof Map || !Objects.equals(tree, expected))) {
      fail("%s %s: %s, Jackson: %s", scanned, tree, new String(bytes, ISO_8859_1), expected);
    }
    return scanned;
  }

  private static @Nullable Object jackson(byte[] bytes) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      try (JsonParser parser = JACKSON.createParser(text)) {
        parser.nextToken();
        Object value = value(parser);
        return parser.nextToken() == null ? value : null;
      }
    } catch (CharacterCodingException e) {
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage()).contains("surrogate") ? NO_OPINION : null;
    }
  }

  private static Object value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, Object> object = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        object.put(name, value(parser));
      }
      return object;
    }
    if (token == JsonToken.START_ARRAY) {
      List<Object> array = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        array.add(value(parser));
      }
      return array;
    }
    if (token == null) {
      throw new IOException("nothing there");
    }
    return token.isNumeric() ? "number " + parser.getText() : token + parser.getText();
  }

  private static Object plain(Json json) {
    return switch (json) {
      case JsonNull value -> JsonToken.VALUE_NULL + "null";
      case JsonBoolean value ->
          (value.value() ? JsonToken.VALUE_TRUE : JsonToken.VALUE_FALSE) + value.toString();
      case JsonNumber value -> "number " + value;
      case JsonString value -> JsonToken.VALUE_STRING + value.text();
      case JsonArray value -> value.elements().stream().map(JacksonAgreementTest::plain).toList();
      case JsonObject value -> {
        Map<String, Object> object = new LinkedHashMap<>();
        value.members().forEach((name, member) -> object.put(name, plain(member)));
        yield object;
      }
    };
  }

  private static byte[] cut(byte[] bytes, int at) {
    byte[] result = Arrays.copyOf(bytes, bytes.length - 1);
    System.arraycopy(bytes, at + 1, result, at, bytes.length - at - 1);
    return result;
  }

  private static byte[] insert(byte[] bytes, int at, byte b) {
    byte[] result = Arrays.copyOf(bytes, bytes.length + 1);
    System.arraycopy(bytes, at, result, at + 1, bytes.length - at);
    result[at] = b;
    return result;
  }

  private static byte[] replace(byte[] bytes, int at, byte b) {
    byte[] result = bytes.clone();
    result[at] = b;
    return result;
  }
}
