package dev.postern.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {
  @ParameterizedTest
  @CsvSource({
    "example.com, example.com",
    "EXAMPLE.com:8080, example.com:8080",
    "example.com., example.com",
    "example.com.:443, example.com:443",
    "example.com:, example.com",
    "example.com:0080, example.com:80",
    "localhost, localhost",
    "my_service:80, my_service:80",
    "xn--bcher-kva.example, xn--bcher-kva.example",
    "127.0.0.1:1, 127.0.0.1:1",
    "[::1], [::1]",
    "[::1]:, [::1]",
    "[0:0:0:0:0:0:0:1]:65535, [::1]:65535",
    "[2001:DB8::0:1], [2001:db8::1]",
    "[::ffff:127.0.0.1]:80, 127.0.0.1:80",
    "1.example, 1.example",
    "0x7f.example, 0x7f.example",
  })
  void hasOneForm(String text, String expected) {
    assertThat(Authority.canonical(text)).isEqualTo(expected);
  }

  // BI-16
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "a..b",
        ".a",
        "a, b",
        "a:99999",
        "a:0",
        "a:65536",
        "a:-1",
        "a:+80",
        "a:8o",
        "a:80:81",
        "a@b",
        "user:pass@b",
        "a/b",
        "a?b",
        "a#b",
        "a b",
        "a\tb",
        "a%41",
        "bücher.example",
        "[::1",
        "::1",
        "[::1]x",
        "[fe80::1%25eth0]",
        "[1.2.3.4]",
        "[]",
        "[:::1]",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "a.1"
      })
  void refusesWhatIsNoHost(String text) {
    assertThatThrownBy(() -> Authority.canonical(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesNamesThatAreTooLong() {
    String label = "a".repeat(63);

    assertThat(Authority.canonical(label + "." + label)).hasSize(127);
    assertThatThrownBy(() -> Authority.canonical(label + "a"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Authority.canonical((label + ".").repeat(4)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void cleanAuthoritiesComeBackAsTheSameObject() {
    for (String text : new String[] {"api.example.com", "localhost:8080", "[::1]:80"}) {
      assertThat(Authority.canonical(text)).isSameAs(text);
    }
  }

  @ParameterizedTest
  @CsvSource({"a.example:81, a.example, 81", "a.example, a.example, -1", "[::1]:81, [::1], 81"})
  void comesApart(String text, String host, int port) {
    assertThat(Authority.parse(text)).isEqualTo(new Authority(host, port));
    assertThat(Authority.parse(text)).hasToString(text);
  }
}
