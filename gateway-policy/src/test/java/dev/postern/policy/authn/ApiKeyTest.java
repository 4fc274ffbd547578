package dev.postern.policy.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.BackendAuth;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.Configs;
import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.Cidr;
import dev.postern.core.json.Json;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.ModelAccess;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.text.Secret;
import dev.postern.policy.authn.Site.Answer;
import dev.postern.policy.authn.Site.Door;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {
  private static final String KEY = "sk-alice-0123456789";
  private static final String OTHER = "sk-other-0123456789";
  private static final String BEARER = "Bearer realm=\"Restricted\"";

  @TempDir Path directory;

  private static ApiKey.Key key(String text) {
    return ApiKey.Key.of(Secret.of(text));
  }

  private static ApiKey strict(ApiKey.Key... keys) {
    return ApiKey.of(keys).mode(AuthenticationMode.STRICT);
  }

  private static String[] bearer(String key) {
    return new String[] {"authorization", "Bearer " + key};
  }

  @ParameterizedTest
  @EnumSource
  void aKnownKeyPassesAndDoesNotReachTheBackend(Door door) throws IOException {
    try (Site site = Site.of(strict(key(KEY)))) {
      assertThat(site.get(door, "/", bearer(KEY)).status()).isEqualTo(200);
      assertThat(site.reached.getFirst().getHeaders().get("authorization")).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("ER-5, ER-6: refusals carry a challenge and are not stored")
  void refusalsCarryAChallengeAndAreNotStored(Door door) throws IOException {
    try (Site site = Site.of(strict(key(KEY)))) {
      Answer missing = site.get(door, "/");
      assertThat(missing.status()).isEqualTo(401);
      assertThat(missing.body()).isEqualTo("api key authentication failure: no API Key found");
      assertThat(missing.headers().get("www-authenticate")).isEqualTo(BEARER);
      assertThat(missing.headers().get("cache-control")).isEqualTo("no-store");

      Answer wrong = site.get(door, "/", bearer(OTHER));
      assertThat(wrong.status()).isEqualTo(401);
      assertThat(wrong.body()).isEqualTo("api key authentication failure: invalid credentials");
      assertThat(wrong.headers().get("www-authenticate"))
          .isEqualTo(BEARER + ", error=\"invalid_token\"");
      assertThat(wrong.headers().get("cache-control")).isEqualTo("no-store");
      assertThat(site.reached).isEmpty();
      site.close();
      assertThat(site.log).hasSize(2).allMatch(line -> line.contains("APIKeyAuth"));
      assertThat(site.log.toString()).doesNotContain(OTHER);
    }
  }

  @Test
  void optionalLetsRequestsWithoutAKeyPassAndRefusesUnknownOnes() throws IOException {
    try (Site site = Site.of(ApiKey.of(key(KEY)))) {
      assertThat(site.get(Door.CALL, "/").status()).isEqualTo(200);
      assertThat(site.get(Door.CALL, "/", "authorization", "Basic eDp5").status()).isEqualTo(200);
      assertThat(site.reached.getLast().getHeaders().get("authorization")).isEqualTo("Basic eDp5");
      assertThat(site.get(Door.CALL, "/", bearer(OTHER)).status()).isEqualTo(401);
    }
  }

  @Test
  void permissiveRefusesNothingAndTakesUnknownKeysOut() throws IOException {
    ApiKey policy = ApiKey.of(key(KEY)).mode(AuthenticationMode.PERMISSIVE);
    Site.Witness witness = Site.Witness.of(policy);
    try (Site site = Site.of(policy, witness)) {
      assertThat(site.get(Door.CALL, "/", bearer(OTHER)).status()).isEqualTo(200);
      assertThat(site.reached.getLast().getHeaders().get("authorization")).isNull();
      assertThat(witness.seen().getLast()).isEmpty();
    }
    try (Site site = Site.of(policy.forwardInvalid(true))) {
      site.get(Door.CALL, "/", bearer(OTHER));
      assertThat(site.reached.getLast().getHeaders().get("authorization"))
          .isEqualTo("Bearer " + OTHER);
    }
  }

  @Test
  void forwardLeavesTheKeyInTheRequest() throws IOException {
    try (Site site = Site.of(strict(key(KEY)).forward(true))) {
      site.get(Door.CALL, "/", bearer(KEY));
      assertThat(site.reached.getLast().getHeaders().get("authorization"))
          .isEqualTo("Bearer " + KEY);
    }
  }

  @Test
  void passthroughPutsTheKeyBackThatWasTakenOut() throws IOException {
    try (Site site = Site.of(strict(key(KEY)), BackendAuth.passingThrough())) {
      site.get(Door.CALL, "/", bearer(KEY));
      assertThat(site.reached.getLast().getHeaders().get("authorization"))
          .isEqualTo("Bearer " + KEY);
    }
  }

  @ParameterizedTest
  @EnumSource
  void keysAreFoundInHeadersQueriesAndCookiesAndTakenOut(Door door) throws IOException {
    ApiKey policy = strict(key(KEY));
    try (Site site = Site.of(policy.location(new AuthorizationLocation.Header("x-api-key", "")))) {
      assertThat(site.get(door, "/", "X-API-Key", KEY).status()).isEqualTo(200);
      assertThat(site.reached.getLast().getHeaders().get("x-api-key")).isNull();
    }
    try (Site site = Site.of(policy.location(new AuthorizationLocation.QueryParameter("key")))) {
      assertThat(site.get(door, "/a?x=1&key=" + KEY + "&y=%20", "y", "z").status()).isEqualTo(200);
      assertThat(site.reached.getLast().getTarget()).isEqualTo("/a?x=1&y=%20");
      assertThat(site.get(door, "/a?%6bey=" + KEY).status()).isEqualTo(200);
      assertThat(site.reached.getLast().getTarget()).isEqualTo("/a");
    }
    try (Site site = Site.of(policy.location(new AuthorizationLocation.Cookie("key")))) {
      assertThat(site.get(door, "/", "cookie", "a=b; key=" + KEY + "; c=d").status())
          .isEqualTo(200);
      assertThat(site.reached.getLast().getHeaders().get("cookie")).isEqualTo("a=b; c=d");
    }
  }

  @Test
  void prefixesCompareWithoutCaseAndWithOneSpace() throws IOException {
    try (Site site = Site.of(strict(key(KEY)))) {
      assertThat(site.get(Door.CALL, "/", "authorization", "bEaReR " + KEY).status())
          .isEqualTo(200);
      assertThat(site.get(Door.CALL, "/", "authorization", "Bearer  " + KEY).status())
          .isEqualTo(401);
      assertThat(site.get(Door.CALL, "/", "authorization", "Bearer" + KEY).body())
          .endsWith("no API Key found");
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("BI-8: strange keys are refused, keys sent twice are bad requests")
  void strangeKeysAreRefused(Door door) throws IOException {
    AuthorizationLocation header = new AuthorizationLocation.Header("x-api-key", "");
    try (Site site = Site.of(strict(key(KEY)).location(header))) {
      assertThat(site.get(door, "/", "x-api-key", KEY.replace('a', '\u00e0')).status())
          .isEqualTo(401);
      assertThat(site.get(door, "/", "x-api-key", "").status()).isEqualTo(401);
      assertThat(site.get(door, "/", "x-api-key", KEY, "X-Api-Key", KEY).status()).isEqualTo(400);
      assertThat(site.get(door, "/", "x-api-key", KEY + "\0").status()).isIn(400, 401);
      assertThat(site.reached).isEmpty();
      assertThat(site.get(door, "/", "x-api-key", KEY).status()).isEqualTo(200);
    }
    AuthorizationLocation query = new AuthorizationLocation.QueryParameter("k");
    try (Site site = Site.of(strict(key(KEY)).location(query))) {
      assertThat(site.get(door, "/?k=" + KEY + "&k=" + KEY).status()).isEqualTo(400);
      assertThat(site.get(door, "/?k=" + KEY + "%00").status()).isEqualTo(401);
      assertThat(site.get(door, "/?k=%u").status()).isIn(400, 401);
    }
    AuthorizationLocation cookie = new AuthorizationLocation.Cookie("k");
    try (Site site = Site.of(strict(key(KEY)).location(cookie))) {
      assertThat(site.get(door, "/", "cookie", "k=" + KEY + "; k=" + KEY).status()).isEqualTo(400);
    }
  }

  @Test
  @DisplayName("BI-8: keys of more than 1 KiB are refused without being looked up")
  void longKeysAreRefused() throws IOException {
    String longest = "k".repeat(1024);
    String tooLong = "k".repeat(1025);
    try (Site site = Site.of(strict(key(longest), key(tooLong)))) {
      assertThat(site.get(Door.CALL, "/", bearer(longest)).status()).isEqualTo(200);
      assertThat(site.get(Door.CALL, "/", bearer(tooLong)).status()).isEqualTo(401);
      assertThat(site.get(Door.CALL, "/", bearer("k".repeat(60_000))).status()).isIn(401, 431);
    }
  }

  @Test
  @DisplayName("AK-1: only the digest of a key is kept")
  void onlyTheDigestOfAKeyIsKept() {
    ApiKey.Key key = key(KEY);
    assertThat(key.key()).isNull();
    assertThat(key.keyHash()).matches("sha256:[0-9a-f]{64}");
    assertThat(ApiKey.of(key).toString()).doesNotContain(KEY);
    assertThat(key).isEqualTo(ApiKey.Key.hashed(key.keyHash()));
  }

  @Test
  @DisplayName("AK-1: a key given as its digest")
  void aKeyGivenAsItsDigest() throws IOException {
    String hash = key(KEY).keyHash().toUpperCase(java.util.Locale.ROOT).replace("SHA", "sha");
    try (Site site = Site.of(strict(ApiKey.Key.hashed(hash)))) {
      assertThat(site.get(Door.CALL, "/", bearer(KEY)).status()).isEqualTo(200);
    }
  }

  @Test
  @DisplayName("AK-1: equal and short keys are load errors that show no key")
  void equalAndShortKeysAreRefused() {
    assertThatThrownBy(() -> ApiKey.of(key(KEY), key(OTHER), key(KEY)))
        .hasMessage("keys[2]: the same key as keys[0] (expected: another)");
    assertThatThrownBy(() -> key("1234567"))
        .hasMessage("key: shorter than 8 characters (expected: a longer key)");
    assertThatThrownBy(() -> ApiKey.Key.hashed("sha256:12"))
        .hasMessage("keyHash: not a digest (expected: sha256: and 64 hexadecimal digits)");
    assertThatThrownBy(() -> ApiKey.of()).hasMessage("keys: missing (expected: keys or file)");
    assertThatThrownBy(
            () -> Site.load(directory, "apiKey:\n  mode: strict\n  keys:\n  - key: 7seven7"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("routes[0].policies.apiKey.keys[0].key: shorter than 8")
        .message()
        .doesNotContain("7seven7");
  }

  @Test
  @DisplayName("AK-2: models of a key are names, prefixes, suffixes or all")
  void modelsOfAKey() throws IOException {
    List<Boolean> allowed = new ArrayList<>();
    Reader reader = new Reader(allowed);
    ApiKey.Key some = key(KEY).allowedModels("gpt-5", "claude-*", "*-mini");
    try (Site site = Site.of(strict(some, key(OTHER)), reader)) {
      site.get(Door.CALL, "/", bearer(KEY));
      site.get(Door.CALL, "/", bearer(OTHER));
    }
    assertThat(allowed)
        .containsExactly(true, true, true, false, false, false, true, true, true, true, true, true);
    assertThatThrownBy(() -> key(KEY).allowedModels("a*b"))
        .hasMessage("allowedModels: \"a*b\" (expected: a name, prefix*, *suffix or *)");
  }

  /** Asks for some models. */
  private record Reader(List<Boolean> allowed) implements InterceptingPolicy {
    private static final List<String> MODELS =
        List.of("gpt-5", "claude-x", "o3-mini", "gpt-5x", "xclaude-", "");

    @Override
    public String kind() {
      return "reader";
    }

    @Override
    public Phase phase(Place place) {
      return Phase.TRANSFORMATION;
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      AttributeKey<ModelAccess> key = ModelAccess.KEY;
      return (exchange, request, next) -> {
        ModelAccess access = exchange.get(key);
        MODELS.forEach(model -> allowed.add(access == null || access.allows(model)));
        return next.proceed(exchange, request);
      };
    }
  }

  @Test
  @DisplayName("AK-3: expressions see metadata, name and the key as a secret")
  void expressionsSeeMetadataNameAndKey() throws IOException {
    ApiKey policy =
        strict(
            key(KEY).name("alice").metadata(Map.of("team", Json.of("red"), "level", Json.of(3))));
    Site.Witness witness = Site.Witness.of(policy);
    try (Site site = Site.of(policy, witness)) {
      site.get(Door.CALL, "/", bearer(KEY));
    }
    assertThat(witness.seen())
        .containsExactly(
            Map.of(
                "apiKey.key", "<redacted>",
                "apiKey.name", "alice",
                "apiKey.team", "\"red\"",
                "apiKey.level", "3"));
  }

  @Test
  @DisplayName("AK-3: metadata called key is a load error")
  void metadataCalledKeyIsRefused() {
    assertThatThrownBy(() -> key(KEY).metadata(Map.of("key", Json.of("x"))))
        .hasMessageStartingWith("metadata.key: not allowed");
  }

  @Test
  void disabledExpiredAndMisplacedKeysAreRefusedAlike() throws IOException {
    Instant end = Instant.parse("2030-06-01T00:00:00Z");
    ApiKey policy =
        strict(
            key("disabled-key").disabled(true),
            key("expiring-key").expiresAt(end),
            key("loopback-key").ipRanges(Cidr.parse("127.0.0.0/8"), Cidr.parse("::1")),
            key("elsewhere-key").ipRanges(Cidr.parse("10.0.0.0/8")));
    try (Site site = Site.of(policy)) {
      assertThat(site.get(Door.SOCKET, "/", bearer("disabled-key")).status()).isEqualTo(401);
      assertThat(site.get(Door.SOCKET, "/", bearer("elsewhere-key")).status()).isEqualTo(401);
      assertThat(site.get(Door.SOCKET, "/", bearer("loopback-key")).status()).isEqualTo(200);
      // A call has no address.
      assertThat(site.get(Door.CALL, "/", bearer("loopback-key")).status()).isEqualTo(401);
      assertThat(site.get(Door.CALL, "/", bearer("expiring-key")).status()).isEqualTo(200);
      site.at(end);
      Answer expired = site.get(Door.CALL, "/", bearer("expiring-key"));
      assertThat(expired.body()).isEqualTo("api key authentication failure: invalid credentials");
    }
  }

  @ParameterizedTest
  @EnumSource
  void yamlSaysTheSame(Door door) throws IOException {
    String yaml =
        """
        apiKey:
          mode: strict
          location:
            header:
              name: x-api-key
          keys:
          - key: %s
            name: alice
            metadata:
              team: red
            allowedModels: [gpt-*]
            expiresAt: "2031-01-01T00:00:00+01:00"
            ipRanges: [127.0.0.0/8]
          - keyHash: %s
            disabled: true
        """
            .formatted(KEY, key(OTHER).keyHash());
    ApiKey expected =
        strict(
                key(KEY)
                    .name("alice")
                    .metadata(Map.of("team", Json.of("red")))
                    .allowedModels("gpt-*")
                    .expiresAt(Instant.parse("2030-12-31T23:00:00Z"))
                    .ipRanges(Cidr.parse("127.0.0.0/8")),
                key(OTHER).disabled(true))
            .location(new AuthorizationLocation.Header("x-api-key", ""));
    assertThat(policy(yaml)).isEqualTo(expected);
    String written = Configs.toYaml(Site.load(directory, yaml).config());
    assertThat(written).doesNotContain(KEY);
    assertThat(Configs.fromYaml(written)).isEqualTo(Site.load(directory, yaml).config());
    String anywhere = yaml.replace("ipRanges: [127.0.0.0/8]", "disabled: false");
    try (Site site = Site.yaml(directory, anywhere)) {
      assertThat(site.get(door, "/", "x-api-key", KEY).status()).isEqualTo(200);
      assertThat(site.get(door, "/", "x-api-key", OTHER).status()).isEqualTo(401);
      assertThat(site.get(door, "/").status()).isEqualTo(401);
    }
  }

  private Object policy(String yaml) {
    return Site.load(directory, yaml).config().routes().getFirst().policies().find("apiKey");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "mode: optional", "mode: Permissive"})
  void lettingRequestsPassWithoutARuleIsWarnedAbout(String mode) {
    String yaml = "apiKey:\n  keys:\n  - key: " + KEY + "\n" + mode.indent(2);
    assertThat(Site.load(directory, yaml).diagnostics())
        .singleElement()
        .asString()
        .contains("routes[0].policies.apiKey", "no authorization rule asks for apiKey");
    String strict = "apiKey:\n  mode: Strict\n  keys:\n  - key: " + KEY;
    assertThat(Site.load(directory, strict).diagnostics()).isEmpty();
  }

  @Test
  void aKeyInAFileFollowsTheFile() throws Exception {
    Path file = Files.writeString(directory.resolve("key"), KEY + "\n");
    ApiKey.Key key = ApiKey.Key.of(Secret.file(file));
    KeyTable table = KeyTable.of(List.of(key, key(OTHER)));
    assertThat(table.find(Digest.of(KEY))).isEqualTo(key);
    assertThat(table.find(Digest.of("nothing"))).isNull();
    assertThat(policy("apiKey:\n  keys:\n  - key:\n      file: key")).isEqualTo(ApiKey.of(key));
  }

  @Test
  void aFileOfKeysIsReadAndFollowed() throws Exception {
    Path file = directory.resolve("keys.json");
    Files.writeString(
        file,
        """
        {"keys": [{"key": "%s", "name": "alice", "metadata": {"team": "red"},
          "expiresAt": "2040-01-01T00:00:00Z", "allowedModels": ["*"], "ipRanges": []}]}
        """
            .formatted(KEY));
    assertThat(KeyFile.read(Files.readString(file)).find(Digest.of(KEY)))
        .isEqualTo(
            key(KEY)
                .name("alice")
                .metadata(Map.of("team", Json.of("red")))
                .expiresAt(Instant.parse("2040-01-01T00:00:00Z"))
                .allowedModels("*"));
    try (Site site = Site.yaml(directory, "apiKey:\n  mode: strict\n  file: keys.json")) {
      assertThat(site.get(Door.CALL, "/", bearer(KEY)).status()).isEqualTo(200);
      assertThat(site.get(Door.CALL, "/", bearer(OTHER)).status()).isEqualTo(401);
    }
  }

  @Test
  @DisplayName(
      "20 htpasswd and API key files: a file that makes no sense leaves the last good content in"
          + " use")
  void whatFollowsKeepsItsLastGoodContent() {
    String[] text = {"[{\"key\": \"" + KEY + "\"}]"};
    Followed<KeyTable> followed =
        new Followed<>("t", Secret.supplier(() -> text[0]), KeyFile::read);
    KeyTable first = followed.get();
    text[0] = "[{\"key\": ";
    assertThat(followed.get()).isSameAs(first);
    text[0] = "[{\"key\": \"" + OTHER + "\"}]";
    assertThat(followed.get().find(Digest.of(OTHER))).isNotNull();
    assertThat(followed.get().find(Digest.of(KEY))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "[1]",
        "[{}]",
        "[{\"key\": 1}]",
        "[{\"key\": \"sk-secret-1\", \"other\": 1}]",
        "[{\"key\": \"sk-secret-1\", \"metadata\": []}]",
        "[{\"key\": \"sk-secret-1\", \"allowedModels\": \"x\"}]",
        "[{\"key\": \"sk-secret-1\", \"allowedModels\": [1]}]",
        "[{\"key\": \"sk-secret-1\", \"disabled\": 1}]",
        "[{\"key\": \"sk-secret-1\", \"expiresAt\": \"soon\"}]",
        "[{\"key\": \"sk-secret-1\", \"ipRanges\": [\"x\"]}]",
        "[{\"key\": \"sk-secret-1\"}, {\"key\": \"sk-secret-1\"}]",
      })
  void filesThatHoldNoKeysAreRefusedWithoutShowingThem(String text) {
    assertThatThrownBy(() -> KeyFile.read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("sk-secret");
  }

  @Test
  @DisplayName(
      "20 htpasswd and API key files: a missing file is an error when the configuration is loaded")
  void aFileThatIsMissingIsALoadError() {
    assertThatThrownBy(
            () -> Site.yaml(directory, "apiKey:\n  mode: strict\n  file: missing.json").close())
        .hasMessageContaining("missing.json");
  }

  @Test
  void runsAtGatewaysAndRoutes() {
    ApiKey policy = ApiKey.of(key(KEY));
    assertThat(policy.phase(Place.GATEWAY)).isEqualTo(Phase.API_KEY);
    assertThat(policy.phase(Place.ROUTE)).isEqualTo(Phase.API_KEY);
    assertThatThrownBy(() -> policy.phase(Place.BACKEND))
        .hasMessage("apiKey: cannot run at a backend (expected: a gateway or a route)");
  }
}
