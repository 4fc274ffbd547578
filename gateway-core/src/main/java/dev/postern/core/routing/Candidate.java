package dev.postern.core.routing;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.core.routing.Entry.Condition;
import dev.postern.core.routing.RouteTable.QueryDuplicates;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A request that is compared with entries; takes its query apart at most once. */
final class Candidate {
  private final GatewayRequest request;
  private final QueryDuplicates duplicates;

  /** Decoded names at even, values at odd places. */
  private @Nullable List<String> parameters;

  Candidate(GatewayRequest request, QueryDuplicates duplicates) {
    this.request = request;
    this.duplicates = duplicates;
  }

  /** Returns whether all conditions of the entry but that on the path hold. */
  boolean fits(Entry<?> entry) {
    String method = entry.match().method();
    if (method != null && !method.equals(request.method())) {
      return false;
    }
    for (int i = 0; i < entry.headers.size(); i++) {
      if (!headerFits(entry.headers.get(i))) {
        return false;
      }
    }
    for (int i = 0; i < entry.query.size(); i++) {
      if (!parameterFits(entry.query.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean headerFits(Condition condition) {
    Predicate<String> test = condition.test();
    return switch (condition.name()) {
      case ":method" -> test.test(request.method());
      case ":path" -> test.test(judgedTarget());
      case ":scheme" -> test.test(request.scheme());
      case ":authority", "host" -> test.test(request.authority());
      default -> anyLineFits(condition.name(), test);
    };
  }

  private String judgedTarget() {
    String query = request.query();
    return query == null ? request.path() : request.path() + "?" + query;
  }

  private boolean anyLineFits(String name, Predicate<String> test) {
    Headers headers = request.headers();
    for (int i = 0; i < headers.size(); i++) {
      if (Headers.equalNames(headers.name(i), name) && test.test(headers.value(i))) {
        return true;
      }
    }
    return false;
  }

  private boolean parameterFits(Condition condition) {
    List<String> parameters = parameters();
    String value = null;
    for (int i = 0; i < parameters.size(); i += 2) {
      if (parameters.get(i).equals(condition.name())) {
        String next = parameters.get(i + 1);
        if (value == null || duplicates == QueryDuplicates.LAST) {
          value = next;
        } else if (duplicates == QueryDuplicates.STRICT && !value.equals(next)) {
          return false;
        }
      }
    }
    return value != null && condition.test().test(value);
  }

  private List<String> parameters() {
    List<String> all = parameters;
    if (all == null) {
      all = new ArrayList<>();
      String query = request.query();
      for (String pair : query == null ? new String[0] : query.split("&")) {
        int equals = pair.indexOf('=');
        all.add(decode(equals < 0 ? pair : pair.substring(0, equals)));
        all.add(equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
      parameters = all;
    }
    return all;
  }

  private static String decode(String text) {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
      return text;
    }
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text; // not percent-encoding at all; it can only match as it stands
    }
  }
}
