package dev.postern.core.upstream;

import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/*
 * What calls to one endpoint over one transport share: connections and parsed URLs.
 *
 * OkHttp takes a connection by walking all of its pool, locking each one, so a pool that carries
 * thousands of streams makes every call slow. The connections are therefore spread over pools of
 * limited size ("lanes"): a call takes the first lane with room. Lanes beyond the first exist only
 * under load and run empty when it is over.
 */
final class Origin {
  private static final int LANE_CALLS = 64;
  private static final Duration IDLE = Duration.ofSeconds(90);
  private static final int URLS = 64;
  private static final int LONGEST_URL = 512;

  private final OkHttpClient client;
  private final String base;
  private final HttpUrl root;
  private final CopyOnWriteArrayList<Lane> lanes = new CopyOnWriteArrayList<>();

  /** Parsed URLs by hash of their target; entries are immutable, so a race costs a parse. */
  private final @Nullable Parsed[] urls = new Parsed[URLS];

  Origin(TransportClient transport, Endpoint endpoint) {
    this.client = transport.forEndpoint(endpoint);
    this.base = transport.base(endpoint);
    this.root = HttpUrl.get(base + "/");
    lanes.add(new Lane());
  }

  /** Returns a lane with room, which the caller leaves at the end of its call. */
  Lane enter() {
    for (Lane lane : lanes) {
      if (lane.calls.incrementAndGet() <= LANE_CALLS) {
        return lane;
      }
      lane.leave();
    }
    Lane lane = new Lane();
    lane.calls.incrementAndGet();
    lanes.add(lane);
    return lane;
  }

  /**
   * Returns the URL of a target, parsed.
   *
   * @throws IllegalArgumentException if OkHttp would send anything but {@code target}
   */
  HttpUrl url(String target) {
    int slot = target.hashCode() & (URLS - 1);
    Parsed parsed = urls[slot];
    if (parsed != null && parsed.target.equals(target)) {
      return parsed.url;
    }
    HttpUrl url = target.startsWith("/") ? HttpUrl.parse(base + target) : null;
    if (url == null || !sameAs(target, url)) {
      throw new IllegalArgumentException("path or query not in canonical form");
    }
    if (target.length() <= LONGEST_URL) {
      urls[slot] = new Parsed(target, url);
    }
    return url;
  }

  private boolean sameAs(String target, HttpUrl url) {
    String path = url.encodedPath();
    String query = url.encodedQuery();
    return url.port() == root.port()
        && url.host().equals(root.host())
        && target.startsWith(path)
        && (query == null
            ? target.length() == path.length()
            : target.length() == path.length() + 1 + query.length()
                && target.charAt(path.length()) == '?'
                && target.endsWith(query));
  }

  /** Closes the connections that are idle. */
  void close() {
    lanes.forEach(Lane::evict);
  }

  private record Parsed(String target, HttpUrl url) {}

  /** One pool and those who use it. */
  final class Lane {
    private final AtomicInteger calls = new AtomicInteger();
    private final ConnectionPool pool = QuietPools.create(LANE_CALLS, IDLE);
    private final OkHttpClient client =
        Origin.this.client.newBuilder().connectionPool(pool).build();

    OkHttpClient client() {
      return client;
    }

    void evict() {
      pool.evictAll();
    }

    void leave() {
      calls.decrementAndGet();
    }
  }
}
