package dev.postern.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.http.Forwarding.Mode;
import dev.postern.core.http.Forwarding.Written;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardingHeadersTest {
  private static final Headers CLAIMS =
      Headers.of(
          "x", "1",
          "X-Forwarded-For", "6.6.6.6",
          "x-forwarded-user", "eve",
          "X_Forwarded_Proto", "https",
          "Forwarded", "for=6.6.6.6",
          "X-Real-IP", "6.6.6.6",
          "X-Original-URL", "/admin",
          "X-Rewrite-URL", "/admin",
          "X-Envoy-Internal", "true");

  private static InetAddress ip(String text) {
    InetAddress address = IpAddress.parse(text);
    assertThat(address).as(text).isNotNull();
    return java.util.Objects.requireNonNull(address);
  }

  private static ForwardingHeaders trusting(String... proxies) {
    return new ForwardingHeaders(
        new Forwarding(List.of(proxies), 0, Mode.APPEND, Written.X_FORWARDED, List.of(), false));
  }

  private static ForwardingHeaders with(Mode mode, Written written) {
    return new ForwardingHeaders(
        new Forwarding(List.of("10.0.0.0/8"), 0, mode, written, List.of(), false));
  }

  private static @Nullable String source(ForwardingHeaders headers, String peer, String chain) {
    InetAddress source = headers.source(ip(peer), Headers.of("x-forwarded-for", chain));
    return source == null ? null : IpAddress.text(source);
  }

  // FW-1
  @Test
  void anUntrustedPeerCannotSayWhereItComesFrom() {
    assertThat(trusting("10.0.0.0/8").received(ip("9.9.9.9"), CLAIMS))
        .isEqualTo(Headers.of("x", "1"));
    assertThat(trusting("10.0.0.0/8").received(ip("10.1.1.1"), CLAIMS)).isSameAs(CLAIMS);
    assertThat(trusting().received(ip("10.1.1.1"), CLAIMS)).isEqualTo(Headers.of("x", "1"));
  }

  @ParameterizedTest
  @CsvSource({"OVERWRITE, 1", "REMOVE, 1", "APPEND, 9", "PASSTHROUGH, 9"})
  void modesDecideWhatATrustedPeerMaySay(Mode mode, int lines) {
    assertThat(with(mode, Written.X_FORWARDED).received(ip("10.1.1.1"), CLAIMS).size())
        .isEqualTo(lines);
  }

  @Test
  void headersWithoutClaimsAreTheSameObject() {
    Headers headers = Headers.of("x-foo", "1", "from", "a", "x-forward", "1", "forwarder", "1");

    assertThat(trusting().received(ip("9.9.9.9"), headers)).isSameAs(headers);
  }

  // FW-2
  @Test
  void thePeerIsAddedToTheChainOfATrustedProxy() {
    GatewayRequest request =
        GatewayRequest.get("http://a.example:81/")
            .headers(Headers.of("x-forwarded-for", "1.1.1.1", "x-forwarded-proto", "https"))
            .build();

    assertThat(trusting("10.0.0.0/8").written(request.headers(), request, ip("10.1.1.1"), 8080))
        .isEqualTo(
            Headers.of(
                "x-forwarded-for", "1.1.1.1, 10.1.1.1",
                "x-forwarded-proto", "https",
                "x-forwarded-host", "a.example:81",
                "x-forwarded-port", "8080"));
  }

  @Test
  void theStandardHeaderIsWrittenWhenAskedFor() {
    GatewayRequest request = GatewayRequest.get("https://a.example/").build();

    assertThat(with(Mode.APPEND, Written.FORWARDED).written(Headers.EMPTY, request, ip("::1"), 443))
        .isEqualTo(Headers.of("forwarded", "for=\"[::1]\";host=\"a.example\";proto=https"));
    assertThat(with(Mode.APPEND, Written.BOTH).written(Headers.EMPTY, request, ip("1.1.1.1"), 443))
        .isEqualTo(
            Headers.of(
                "x-forwarded-for", "1.1.1.1",
                "x-forwarded-proto", "https",
                "x-forwarded-host", "a.example",
                "x-forwarded-port", "443",
                "forwarded", "for=1.1.1.1;host=\"a.example\";proto=https"));
  }

  @Test
  void nothingIsWrittenWhenNothingIsWanted() {
    GatewayRequest request = GatewayRequest.get("https://a.example/").build();
    InetAddress peer = ip("1.1.1.1");

    assertThat(with(Mode.REMOVE, Written.BOTH).written(Headers.EMPTY, request, peer, 1))
        .isSameAs(Headers.EMPTY);
    assertThat(with(Mode.PASSTHROUGH, Written.BOTH).written(Headers.EMPTY, request, peer, 1))
        .isSameAs(Headers.EMPTY);
    assertThat(with(Mode.APPEND, Written.NONE).written(Headers.EMPTY, request, peer, 1))
        .isSameAs(Headers.EMPTY);
    assertThat(trusting().written(Headers.EMPTY, request, null, 0)).isSameAs(Headers.EMPTY);
  }

  // FW-3, BI-17
  @ParameterizedTest
  @CsvSource({
    "9.9.9.9, '1.1.1.1, 2.2.2.2', 9.9.9.9",
    "10.0.0.1, '1.1.1.1, 2.2.2.2', 2.2.2.2",
    "10.0.0.1, '1.1.1.1, 2.2.2.2, 10.0.0.2', 2.2.2.2",
    "10.0.0.1, '1.1.1.1,10.0.0.3 ,10.0.0.2', 1.1.1.1",
    "10.0.0.1, '10.0.0.3', 10.0.0.3",
    "10.0.0.1, '1.1.1.1, junk, 10.0.0.2', 10.0.0.2",
    "10.0.0.1, 'junk', 10.0.0.1",
    "10.0.0.1, '', 10.0.0.1",
    "10.0.0.1, '::ffff:1.2.3.4', 1.2.3.4",
    "10.0.0.1, 'fe80::1%eth0', fe80::1",
    "10.0.0.1, '1.2.3.4:5678', 1.2.3.4",
    "10.0.0.1, '[2001:db8::1]:5678', 2001:db8::1",
    "10.0.0.1, '1.1.1.1, 127.1', 10.0.0.1",
    "10.0.0.1, '1.1.1.1, localhost', 10.0.0.1",
  })
  void theCallerIsTheFirstUntrustedAddressFromTheRight(String peer, String chain, String source) {
    assertThat(source(trusting("10.0.0.0/8"), peer, chain)).isEqualTo(source);
  }

  @ParameterizedTest
  @CsvSource({
    "1, '1.1.1.1, 2.2.2.2, 3.3.3.3', 3.3.3.3",
    "2, '1.1.1.1, 2.2.2.2, 3.3.3.3', 2.2.2.2",
    "5, '1.1.1.1, 2.2.2.2', 1.1.1.1",
    "1, '', 9.9.9.9",
  })
  void hopsCanBeCountedInstead(int hops, String chain, String source) {
    ForwardingHeaders headers =
        new ForwardingHeaders(
            new Forwarding(List.of(), hops, Mode.APPEND, Written.X_FORWARDED, List.of(), false));

    assertThat(source(headers, "9.9.9.9", chain)).isEqualTo(source);
  }

  @Test
  void linesOfAHeaderAreOneChain() {
    Headers lines = Headers.of("x-forwarded-for", "1.1.1.1", "X-Forwarded-For", "2.2.2.2");

    assertThat(trusting("10.0.0.0/8").source(ip("10.0.0.1"), lines)).isEqualTo(ip("2.2.2.2"));
  }

  @Test
  void theStandardChainIsReadWhenItIsTheOneInUse() {
    Headers headers =
        Headers.of("forwarded", "for=1.1.1.1, For=\"[2001:db8::7]:80\";proto=https;by=_x");

    assertThat(with(Mode.APPEND, Written.FORWARDED).source(ip("10.0.0.1"), headers))
        .isEqualTo(ip("2001:db8::7"));
  }

  @Test
  void aCallerInTheSameProcessIsBelieved() {
    assertThat(trusting().source(null, Headers.of("x-forwarded-for", "1.1.1.1")))
        .isEqualTo(ip("1.1.1.1"));
    assertThat(trusting().source(null, Headers.EMPTY)).isNull();
    assertThat(trusting().received(null, CLAIMS)).isSameAs(CLAIMS);
  }

  @Test
  void mappedPeersAreIpv4() throws UnknownHostException {
    byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 1};

    assertThat(
            trusting("10.0.0.0/8")
                .source(InetAddress.getByAddress(mapped), Headers.of("x-forwarded-for", "1.1.1.1")))
        .isEqualTo(ip("1.1.1.1"));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "10.1.2.3, 10.1.2.3, true",
    "10.1.2.3, 10.1.2.4, false",
    "192.168.4.0/22, 192.168.7.255, true",
    "192.168.4.0/22, 192.168.8.0, false",
    "0.0.0.0/0, 1.2.3.4, true",
    "0.0.0.0/0, ::1, false",
    "fd00::/8, fd12::1, true",
    "fd00::/8, fe00::1, false",
    "::ffff:10.0.0.0, 10.0.0.0, true",
  })
  void rangesContainAddresses(String range, String address, boolean contains) {
    assertThat(Cidr.parse(range).contains(ip(address))).isEqualTo(contains);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/a", "::/129", "10.0/8"})
  void refusesWhatIsNoRange(String text) {
    assertThatThrownBy(() -> Cidr.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" (expected: an address range as 10.0.0.0/8)");
  }

  @Test
  void configurationErrorsNameTheField() {
    assertThatThrownBy(() -> trusting("10.0.0.0/8", "x"))
        .hasMessage("trustedProxies[1]: \"x\" (expected: an address range as 10.0.0.0/8)");
    assertThatThrownBy(() -> new Forwarding(List.of("::/0"), 1, null, null, List.of(), false))
        .hasMessage("trustedHops: 1 (expected: not together with trustedProxies)");
  }

  // FW-5
  @ParameterizedTest
  @CsvSource({
    "a.internal, true",
    "A.Internal, true",
    "internal, false",
    "b.example, true",
    "x, false"
  })
  void onlyInternalHostsAreToldWhenTheyAreListed(String host, boolean told) {
    Forwarding forwarding =
        new Forwarding(List.of(), 0, null, null, List.of("*.internal", "b.example"), false);

    assertThat(forwarding.tells(host)).isEqualTo(told);
    assertThat(Forwarding.DEFAULT.tells(host)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "1:0:0:2:0:0:0:3, 1:0:0:2::3",
    "1:0:2:0:3:0:4:0, 1:0:2:0:3:0:4:0",
    "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "127.0.0.1, 127.0.0.1",
  })
  void addressesAreWrittenInOneForm(String text, String expected) {
    assertThat(IpAddress.text(ip(text))).isEqualTo(expected);
  }
}
