package dev.postern.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.spi.ExpressionEngine.Result;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every function: an expression, and what it gives as JSON. */
class FunctionTest {
  // 19.4
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      textBlock =
          """
          json('{"a":1,"b":1.5,"c":[true,null],"d":1e3}') ¦ {"a":1,"b":1.5,"c":[true,null],"d":1000}
          json(b'{"a":"x"}').a                      ¦ "x"
          json('9007199254740993')                  ¦ 9007199254740993
          json('18446744073709551616') > 1.0        ¦ true
          json('null') == null                      ¦ true
          toJson({'a': [1, 2.5, 'x', null, true]})  ¦ "{\\"a\\":[1,2.5,\\"x\\",null,true]}"
          to_json(b'hi')                            ¦ "\\"aGk=\\""
          toJson(timestamp('2026-01-31T12:00:00Z')) ¦ "\\"2026-01-31T12:00:00Z\\""
          unvalidatedJwtPayload('x.eyJzdWIiOiJhIn0.y').sub ¦ "a"
          'abc'.with(x, x + x)                      ¦ "abcabc"
          {'a': 1, 'b': 2}.mapValues(v, v * 10)     ¦ {"a":10,"b":20}
          {'a': 1, 'b': 2}.filterKeys(k, k == 'b')  ¦ {"b":2}
          {'a': 1}.merge({'a': 2, 'b': 3})          ¦ {"a":2,"b":3}
          base64.encode('hi')                       ¦ "aGk="
          base64.encode(b'hi')                      ¦ "aGk="
          base64Encode('hi')                        ¦ "aGk="
          string(base64.decode('aGk='))             ¦ "hi"
          string(base64.decode('aGk'))              ¦ "hi"
          string(base64Decode('aGk'))               ¦ "hi"
          json(json('"[1]"'))                       ¦ [1]
          base64.encode(json('"hi"'))               ¦ "aGk="
          json('"abc"').matches('b')                ¦ true
          json('"abc"').stripPrefix(json('"a"'))    ¦ "bc"
          json('["a","b"]').join('-')               ¦ "a-b"
          cidr('10.0.0.0/8').containsIP(json('"10.0.0.1"')) ¦ true
          url.encode('a b/ä+')                      ¦ "a%20b%2F%C3%A4%2B"
          url.decode('a%20b+c')                     ¦ "a b+c"
          form.decode('a=1&b=x+y&a=2')              ¦ {"a":["1","2"],"b":"x y"}
          form.decode(b'a=1')                       ¦ {"a":"1"}
          form.encode({'b': 'x y', 'a': [1, 2], 'c': null}) ¦ "a=1&a=2&b=x%20y"
          sha1.encode('abc')                        ¦ "a9993e364706816aba3e25717850c26c9cd0d89d"
          sha256.encode(b'')                        ¦ "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
          md5.encode('')                            ¦ "d41d8cd98f00b204e9800998ecf8427e"
          random() >= 0.0 && random() < 1.0         ¦ true
          uuid().matches('^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$') ¦ true
          uuid() != uuid()                          ¦ true
          now() == timestamp('2026-01-31T12:00:00Z') ¦ true
          default(jwt.sub, 'nobody')                ¦ "nobody"
          default({'a': 1}.a, 2)                    ¦ 1
          default({'a': null}.a, 2)                 ¦ 2
          default({'a': 1}['b'], 2)                 ¦ 2
          default([1][5], 2)                        ¦ 2
          coalesce(jwt.sub, null, 'x', 'y')         ¦ "x"
          coalesce(jwt.sub, null)                   ¦ null
          coalesce(1 / 0, 3)                        ¦ 3
          'a-b-c'.regexReplace('-', '+')            ¦ "a+b-c"
          'john smith'.regexReplace(r'(\\w+) (?P<last>\\w+)', '${last} $1') ¦ "smith john"
          regex.replace('a-b-c', '-', '+')          ¦ "a+b+c"
          regex.replace('a-b-c', '-', '+', 1)       ¦ "a+b-c"
          regex.replace('a-b-c', '-', '+', 0)       ¦ "a-b-c"
          regex.replace('a-b-c', '-', '+', -1)      ¦ "a+b+c"
          regex.replace('ab', 'x*', '.')            ¦ ".a.b."
          regex.replace('john smith', r'(\\w+) (\\w+)', r'\\2, \\1 \\\\') ¦ "smith, john \\\\"
          regex.extract('item-7 item-8', 'item-([0-9])') ¦ "7"
          regex.extract('none', 'item-([0-9])')     ¦ null
          regex.extract('none', 'item').orValue('?') ¦ "?"
          regex.extractAll('item-7 item-8', 'item-([0-9])') ¦ ["7","8"]
          regex.extractAll('a1b22', '[0-9]+')       ¦ ["1","22"]
          'a-b-c'.replace('-', '+')                 ¦ "a+b+c"
          'a-b-c'.replace('-', '+', 1)              ¦ "a+b-c"
          ['a', 'b'].join()                         ¦ "ab"
          ['', '', 'a'].join(',')                   ¦ ",,a"
          'tacocat'.charAt(3)                       ¦ "o"
          'tacocat'.indexOf('c')                    ¦ 2
          'tacocat'.lastIndexOf('c')                ¦ 4
          'AbC'.lowerAscii() + 'AbC'.upperAscii()   ¦ "abcABC"
          'a,b'.split(',')                          ¦ ["a","b"]
          'abcd'.substring(1, 3)                    ¦ "bc"
          ' x '.trim()                              ¦ "x"
          'abc'.reverse()                           ¦ "cba"
          '/v1/x'.stripPrefix('/v1')                ¦ "/x"
          '/v1/x'.stripPrefix('/v2')                ¦ "/v1/x"
          'a.json'.stripSuffix('.json')             ¦ "a"
          type(1) == int && type('a') == string     ¦ true
          jwt.?sub.orValue('nobody')                ¦ "nobody"
          [?jwt.?sub, 'x']                          ¦ ["x"]
          optional.of(1).hasValue()                 ¦ true
          [1, 2].exists_one(x, x == 1) && has({'a': 1}.a) ¦ true
          math.least(3, 1, 2)                       ¦ 1
          math.greatest(1, 2.5)                     ¦ 2.5
          math.ceil(1.2) + math.floor(1.8) + math.round(1.5) + math.trunc(-1.5) ¦ 4
          math.abs(-2) + math.sign(-5)              ¦ 1
          math.sqrt(16)                             ¦ 4
          math.isNaN(0.0 / 0.0)                     ¦ true
          math.bitAnd(6, 3) + math.bitOr(6, 1) + math.bitXor(5, 1) ¦ 13
          math.bitShiftLeft(1, 4) + math.bitShiftRight(8, 2) ¦ 18
          isIP('10.0.0.1') && isIP('2001:db8::1')   ¦ true
          isIP('::ffff:10.0.0.1')                   ¦ false
          isIP('010.0.0.1') || isIP('localhost')    ¦ false
          string(ip('2001:0db8:0:0::1'))            ¦ "2001:db8::1"
          ip('10.0.0.1').family()                   ¦ 4
          ip('::1').family()                        ¦ 6
          ip('::1').isLoopback() && ip('0.0.0.0').isUnspecified() ¦ true
          ip('fe80::1').isLinkLocalUnicast() && ip('224.0.0.5').isLinkLocalMulticast() ¦ true
          ip('10.1.2.3').isGlobalUnicast()          ¦ true
          ip('10.1.2.3').isPrivate() && ip('fd00::1').isPrivate() && !ip('8.8.8.8').isPrivate() ¦ true
          isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0/33') && !isCIDR('10.0.0.1') ¦ true
          cidr('10.0.0.0/8').containsIP('10.9.9.9') ¦ true
          cidr('10.0.0.0/8').containsIP(ip('11.0.0.1')) ¦ false
          cidr('10.0.0.0/8').containsCIDR('10.2.0.0/16') ¦ true
          cidr('10.2.0.0/16').containsCIDR(cidr('10.0.0.0/8')) ¦ false
          string(cidr('10.1.2.3/8').masked())       ¦ "10.0.0.0/8"
          string(cidr('10.1.2.3/8').ip())           ¦ "10.1.2.3"
          cidr('fd00::/8').prefixLength()           ¦ 8
          '/a?x=1&x=2%20b'.query('x')               ¦ ["1","2 b"]
          '/a'.addQuery('x', 'a b')                 ¦ "/a?x=a%20b"
          '/a?y=1'.addQuery('x', '&')               ¦ "/a?y=1&x=%26"
          '/a?x=1&y=2&x=3'.setQuery('x', '9')       ¦ "/a?y=2&x=9"
          """)
  void gives(String expression, String json) throws EvaluationException {
    assertThat(Evaluating.eval(expression).toString()).isEqualTo(json);
  }

  // 19.4
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      textBlock =
          """
          flatten({'a': {'b': 1}, 'c': [2, 3]})          ¦ {"a":{"b":1},"c":[2,3]}
          flatten(['x', 'y'])                            ¦ {"0":"x","1":"y"}
          flattenRecursive({'a': {'b': 1}, 'c': [2, {'d': 3}], 'e': {}}) ¦ {"a.b":1,"c.0":2,"c.1.d":3}
          flattenRecursive(json('[[1],[2]]'))            ¦ {"0.0":1,"1.0":2}
          """)
  void givesToLogs(String expression, String json) throws EvaluationException {
    Evaluating log = new Evaluating().atEnd();
    assertThat(log.json(expression).toString()).isEqualTo(json);
    assertThat(log.compile(expression, Result.ANY).spreads()).isTrue();
    assertThat(log.compile("request.path", Result.ANY).spreads()).isFalse();
    assertThatThrownBy(() -> Evaluating.eval(expression))
        .hasMessageMatching(
            "(?s)flatten(Recursive)? does not exist here: it is for logs, spans and metrics.*");
  }

  // 19.4
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      textBlock =
          """
          json('{"a":1,"a":2}')      ¦ FUNCTION
          json('NaN')                ¦ FUNCTION
          base64.decode('*')         ¦ FUNCTION
          url.decode('%zz')          ¦ FUNCTION
          fail()                     ¦ FUNCTION
          fail('on purpose')         ¦ FUNCTION
          ip(request.path)           ¦ FUNCTION
          jwt.sub                    ¦ MISSING
          {'a': 1}.b                 ¦ MISSING
          [1][3]                     ¦ MISSING
          request.headers.cookie('x') ¦ MISSING
          '/a'.query('x')            ¦ MISSING
          default(1 / 0, 2)          ¦ OTHER
          default(fail(), 2)         ¦ FUNCTION
          coalesce(jwt.a, jwt.b)     ¦ MISSING
          json('1') + json('"a"')    ¦ TYPE
          regex.replace('a', 'a', r'\\1') ¦ FUNCTION
          regex.extract('a', '(a)(b)') ¦ FUNCTION
          regex.extractAll('a', json('"(a)(b)"')) ¦ FUNCTION
          'a'.regexReplace('a', '$1') ¦ FUNCTION
          """)
  void fails(String expression, EvaluationException.Kind kind) {
    assertThatThrownBy(() -> Evaluating.eval(expression))
        .isInstanceOfSatisfying(
            EvaluationException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }
}
