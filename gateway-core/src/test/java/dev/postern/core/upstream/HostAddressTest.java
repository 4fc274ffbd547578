package dev.postern.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostAddressTest {
  @ParameterizedTest
  @CsvSource({
    "localhost:8080, localhost, 8080, false",
    "Api.Example.COM:443, api.example.com, 443, false",
    "127.0.0.1:1, 127.0.0.1, 1, false",
    "[::1]:65535, ::1, 65535, false",
    "http://h, h, 80, false",
    "http://h:81/, h, 81, false",
    "https://h, h, 443, true",
    "HTTPS://[2001:DB8::1], 2001:db8::1, 443, true",
    "https://h:8443, h, 8443, true",
    "my_service.ns:80, my_service.ns, 80, false",
  })
  void readsHostAndPort(String text, String host, int port, boolean tls) {
    assertThat(HostAddress.parse(text)).isEqualTo(new Endpoint(host, port, tls));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost | no port",
        "[::1] | no port",
        "::1:80 | needs brackets",
        "h:0 | expected: 1..65535",
        "h:65536 | expected: 1..65535",
        "h: | expected: 1..65535",
        "h:http | expected: 1..65535",
        "h:+80 | expected: 1..65535",
        ":80 | not the address of a host",
        "[h]:80 | not an IPv6 address",
        "[::g]:80 | not an IPv6 address",
        "h/p:80 | not the address of a host",
        "a b:80 | not the address of a host",
        "a..b:80 | not the address of a host",
        "ftp://h | not the address of a host",
        "https:// | not the address of a host",
        "unix:/run/a.sock | unix sockets are not supported yet",
        "https://h/v1 | a path is not possible here",
      })
  void saysWhatIsWrong(String text, String message) {
    assertThatThrownBy(() -> HostAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(text)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "s3cret@h:80, credentials before @h:80",
    "https://u:s3cret@h, credentials before @h",
    "http://h?s3cret, http://h?...: not the address of a host",
    "https://u@h?s3cret, credentials before @h?..."
  })
  void doesNotRepeatWhatMayBeSecret(String text, String message) {
    assertThatThrownBy(() -> HostAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void keepsAPathForThoseWhoWantOne() {
    HostAddress address = HostAddress.parseWithPath("https://h:1/mcp/v1/");

    assertThat(address.endpoint()).isEqualTo(new Endpoint("h", 1, true));
    assertThat(address.path()).isEqualTo("/mcp/v1");
  }
}
