package dev.postern.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteSearchTest {
  @Test
  void findsWhatTheRangeHolds() {
    ByteSearch usage = ByteSearch.of("\"usage\"");
    byte[] frame = "data: {\"id\":1,\"usage\":null}".getBytes(StandardCharsets.UTF_8);

    assertThat(usage.find(frame, 0, frame.length)).isEqualTo(14);
    assertThat(usage.find(frame, 14, 21)).isEqualTo(14);
    assertThat(usage.find(frame, 15, frame.length)).isEqualTo(-1);
    assertThat(usage.isIn(frame, 0, 20)).isFalse();
    assertThat(usage.isIn(frame, 0, 21)).isTrue();
  }

  @Test
  void agreesWithTheSearchOfStrings() {
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      String text = letters(random, 40);
      String wanted = "a" + letters(random, 3);
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertThat(ByteSearch.of(wanted).find(bytes, 0, bytes.length))
          .isEqualTo(text.indexOf(wanted));
    }
  }

  @Test
  void findsTextsLongerThanASkip() {
    String wanted = "b" + "a".repeat(299);
    byte[] bytes = ("a".repeat(500) + wanted + "c").getBytes(StandardCharsets.UTF_8);

    assertThat(ByteSearch.of(wanted).find(bytes, 0, bytes.length)).isEqualTo(500);
  }

  @Test
  void refusesAnEmptyText() {
    assertThatIllegalArgumentException().isThrownBy(() -> ByteSearch.of(""));
  }

  private static String letters(Random random, int longest) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(longest + 1); n > 0; n--) {
      text.append("abc".charAt(random.nextInt(3)));
    }
    return text.toString();
  }
}
