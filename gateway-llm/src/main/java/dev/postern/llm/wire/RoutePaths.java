package dev.postern.llm.wire;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells from the path of a request which kind of call it is. Immutable.
 *
 * <p>The entry that matches the end of the path with the most letters wins. In an entry {@code *}
 * stands for one segment, or at its end for anything below; alone it matches every path, last.
 */
public final class RoutePaths {
  private static final String POST = "POST";
  private static final String GET = "GET";
  private static final String ANY = "*";

  private static final List<Entry> DEFAULTS =
      List.of(
          entry("/v1/chat/completions", POST, RouteType.COMPLETIONS),
          entry("/chat/completions", POST, RouteType.COMPLETIONS),
          entry("/v1/completions", POST, RouteType.TEXT_COMPLETIONS),
          entry("/v1/messages", POST, RouteType.MESSAGES),
          entry("/v1/messages/count_tokens", POST, RouteType.ANTHROPIC_TOKEN_COUNT),
          entry("/v1/messages/batches", ANY, RouteType.MESSAGE_BATCHES),
          entry("/v1/messages/batches/**", ANY, RouteType.MESSAGE_BATCHES),
          entry(":rawPredict", POST, RouteType.MESSAGES),
          entry(":streamRawPredict", POST, RouteType.MESSAGES),
          entry(":generateContent", POST, RouteType.GENERATE_CONTENT),
          entry(":streamGenerateContent", POST, RouteType.GENERATE_CONTENT),
          entry(":countTokens", POST, RouteType.GEMINI_COUNT_TOKENS),
          entry(":embedContent", POST, RouteType.GEMINI_EMBED),
          entry(":batchEmbedContents", POST, RouteType.GEMINI_EMBED),
          entry("/v1/responses", POST, RouteType.RESPONSES),
          entry("/v1/responses/compact", ANY, RouteType.DETECT),
          entry("/v1/responses/*", ANY, RouteType.DETECT),
          entry("/v1/responses/*/cancel", ANY, RouteType.DETECT),
          entry("/v1/responses/*/input_items", ANY, RouteType.DETECT),
          entry("/v1/embeddings", POST, RouteType.EMBEDDINGS),
          entry("/v1/rerank", POST, RouteType.RERANK),
          entry("/v2/rerank", POST, RouteType.RERANK),
          entry("/rerank", POST, RouteType.RERANK),
          entry("/v1/images/generations", POST, RouteType.DETECT),
          entry("/v1/images/edits", POST, RouteType.DETECT),
          entry("/v1/images/variations", POST, RouteType.DETECT),
          entry("/v1/audio/speech", POST, RouteType.PASSTHROUGH),
          entry("/v1/audio/transcriptions", POST, RouteType.PASSTHROUGH),
          entry("/v1/audio/translations", POST, RouteType.PASSTHROUGH),
          entry("/v1/moderations", POST, RouteType.MODERATIONS),
          entry("/v1/files", ANY, RouteType.FILES),
          entry("/v1/files/**", ANY, RouteType.FILES),
          entry("/v1/batches", ANY, RouteType.BATCHES),
          entry("/v1/batches/**", ANY, RouteType.BATCHES),
          entry("/model/*/converse", POST, RouteType.DETECT),
          entry("/model/*/converse-stream", POST, RouteType.DETECT),
          entry("/model/*/invoke", POST, RouteType.DETECT),
          entry("/model/*/invoke-with-response-stream", POST, RouteType.DETECT),
          entry("/v1/realtime", ANY, RouteType.REALTIME),
          entry("/v1/models", GET, RouteType.MODELS),
          entry("/models", GET, RouteType.MODELS),
          entry("/v1beta/models", GET, RouteType.MODELS),
          entry("/v1/models/**", GET, RouteType.MODELS),
          entry("/models/*", GET, RouteType.MODELS),
          entry("/v1beta/models/*", GET, RouteType.MODELS),
          entry("*", ANY, RouteType.PASSTHROUGH));

  /** The paths that are served unless configured otherwise. */
  public static final RoutePaths DEFAULT = new RoutePaths(DEFAULTS);

  private final List<Entry> entries;

  /** Entries that are the whole path, as of most calls: none can match with more letters. */
  private final Map<String, Match> whole = new HashMap<>();

  private RoutePaths(List<Entry> entries) {
    this.entries =
        entries.stream()
            .sorted(
                Comparator.comparing((Entry entry) -> !entry.isMethod())
                    .thenComparing(Comparator.comparingInt(Entry::letters).reversed()))
            .toList();
    for (Entry entry : this.entries) {
      if (entry.suffix.startsWith("/") && entry.suffix.indexOf('*') < 0) {
        whole.put(entry.suffix, entry.match);
      }
    }
  }

  /**
   * A path and what is served there.
   *
   * @param type what is served
   * @param method the method it is served with, or {@code *} for any
   */
  public record Match(RouteType type, String method) {
    /** Returns whether the call may be made with {@code method}. */
    public boolean allows(String method) {
      return this.method.equals(ANY) || this.method.equals(method);
    }
  }

  /**
   * Returns the default paths with some of them replaced. Entries without anything configured mean
   * that everything is {@code completions}.
   */
  public static RoutePaths replacing(Map<String, RouteType> configured) {
    if (configured.isEmpty()) {
      return new RoutePaths(List.of(entry("*", ANY, RouteType.COMPLETIONS)));
    }
    List<Entry> entries = new ArrayList<>();
    configured.forEach((suffix, type) -> entries.add(entry(suffix, methodOf(type), type)));
    for (Entry entry : DEFAULTS) {
      if (!configured.containsKey(entry.suffix)) {
        entries.add(entry);
      }
    }
    return new RoutePaths(entries);
  }

  /** Returns what is served at {@code path}, percent-encoded and without a query, or null. */
  public @Nullable Match match(String path) {
    String wanted =
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    Match known = whole.get(wanted);
    if (known != null) {
      return known;
    }
    for (Entry entry : entries) {
      if (entry.matches(wanted)) {
        return entry.match;
      }
    }
    return null;
  }

  private static String methodOf(RouteType type) {
    return switch (type) {
      case MODELS -> GET;
      case PASSTHROUGH, DETECT, FILES, BATCHES, MESSAGE_BATCHES, REALTIME -> ANY;
      default -> POST;
    };
  }

  private static Entry entry(String suffix, String method, RouteType type) {
    return new Entry(suffix, List.of(suffix.split("/", -1)), new Match(type, method));
  }

  private record Entry(String suffix, List<String> segments, Match match) {
    /** A suffix that starts with a colon names a method of a Google API, whatever comes before. */
    boolean isMethod() {
      return suffix.startsWith(":");
    }

    int letters() {
      return suffix.equals("*") ? -1 : suffix.replace("*", "").length();
    }

    boolean matches(String path) {
      if (suffix.indexOf('*') < 0) {
        return path.endsWith(suffix);
      }
      if (suffix.equals("*")) {
        return true;
      }
      if (suffix.endsWith("/**")) {
        return path.contains(suffix.substring(0, suffix.length() - 2));
      }
      return matchesSegments(path);
    }

    private boolean matchesSegments(String path) {
      int end = path.length();
      for (int i = segments.size() - 1; i > 0; i--) {
        int slash = path.lastIndexOf('/', end - 1);
        if (slash < 0) {
          return false;
        }
        String wanted = segments.get(i);
        boolean fits =
            wanted.equals("*")
                ? end - slash > 1
                : end - slash - 1 == wanted.length() && path.startsWith(wanted, slash + 1);
        if (!fits) {
          return false;
        }
        end = slash;
      }
      return true;
    }
  }
}
