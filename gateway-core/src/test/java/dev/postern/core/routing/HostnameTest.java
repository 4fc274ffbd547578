package dev.postern.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostnameTest {
  @ParameterizedTest
  @CsvSource({
    "api.example.com, api.example.com, true",
    "API.Example.com., api.example.com, true",
    "api.example.com, www.example.com, false",
    "*.example.com, a.example.com, true",
    "*.example.com, a.b.example.com, true",
    "*.example.com, example.com, false",
    "*.example.com, badexample.com, false",
    "*.example.com, .example.com, false",
    "*, anything, true",
    "127.0.0.1, 127.0.0.1, true",
    "[0:0::1], [::1], true",
    "xn--bcher-kva.example, xn--bcher-kva.example, true",
  })
  void matchesHosts(String hostname, String host, boolean matches) {
    assertThat(Hostname.parse(hostname).matches(host)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "*, a.example.com, true",
    "a.example.com, *, true",
    "*.example.com, a.example.com, true",
    "a.example.com, *.example.com, true",
    "*.example.com, *.a.example.com, true",
    "*.example.com, *.example.org, false",
    "*.example.com, example.com, false",
    "a.example.com, b.example.com, false",
  })
  void knowsWhetherSomeHostFitsBoth(String one, String other, boolean intersects) {
    assertThat(Hostname.parse(one).intersects(Hostname.parse(other))).isEqualTo(intersects);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a:80",
        "a..b",
        "*.",
        "**.a",
        "a.*.b",
        "bücher.example",
        "a b",
        "http://a",
        "*a"
      })
  void refusesWhatIsNoHostname(String text) {
    assertThatThrownBy(() -> Hostname.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("\"" + text + "\": ")
        .hasMessageContaining("expected: a host name in ASCII form, *.domain or *");
  }

  @Test
  void searchesFromTheMostSpecificHostnameToTheLeast() {
    HostTable<String> table = new HostTable<>();
    for (String name : new String[] {"*", "*.com", "*.example.com", "a.example.com"}) {
      table.at(Hostname.parse(name), () -> name);
    }

    StringBuilder asked = new StringBuilder();
    Integer nothing =
        table.search(
            "a.example.com",
            name -> {
              asked.append(name).append(' ');
              return null;
            });

    assertThat(nothing).isNull();
    assertThat(asked).hasToString("a.example.com *.example.com *.com * ");
    assertThat(table.find("b.example.com")).isEqualTo("*.example.com");
    assertThat(table.find("example.com")).isEqualTo("*.com");
    assertThat(table.find("localhost")).isEqualTo("*");
  }
}
