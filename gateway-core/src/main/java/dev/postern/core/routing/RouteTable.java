package dev.postern.core.routing;

import static java.util.Objects.requireNonNull;

import dev.postern.core.http.GatewayRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the route that fits a request best.
 *
 * <p>Compiled once from all routes of a listener. The cost of a search depends on the request and
 * hardly on the number of routes, except for path expressions ({@code regex}), which are tried one
 * by one. Immutable and safe for concurrent use.
 *
 * @param <T> what the owner of the table keeps for each route
 */
public final class RouteTable<T> {
  /*
   * The routes of the most specific hostname are asked first; if none of them fits, those of the next
   * (policy specification 5.1, 5.3). Each hostname has an index of its own: exact paths by hash,
   * prefixes in a tree of segments, expressions in order.
   */
  private final HostTable<PathIndex<T>> hosts;
  private final QueryDuplicates queryDuplicates;
  private final List<String> warnings;

  private RouteTable(Builder<T> builder) {
    this.hosts = builder.hosts;
    this.queryDuplicates = builder.queryDuplicates;
    List<String> warnings = new ArrayList<>();
    hosts.forEach(index -> {
      index.freeze();
      index.addUnreachableTo(warnings);
    });
    this.warnings = List.copyOf(warnings);
  }

  /** Returns a builder of a table without routes. */
  public static <T> Builder<T> builder() {
    return new Builder<>();
  }

  /**
   * Returns what fits the request best, or null if nothing fits.
   *
   * @param request with authority and path in canonical form
   */
  public @Nullable Match<T> find(GatewayRequest request) {
    String path = request.method().equals("CONNECT") ? "/" : request.path();
    Candidate candidate = new Candidate(request, queryDuplicates);
    return hosts.search(Hostname.hostOf(request.authority()), index -> index.find(path, candidate));
  }

  /** Returns what is odd about the routes, as what can never be reached. */
  public List<String> warnings() {
    return warnings;
  }

  /**
   * The route of a request.
   *
   * @param value what the owner of the table keeps for the route
   * @param route the route
   * @param match the one of its matches that won
   */
  public record Match<T>(T value, Route route, RouteMatch match) {}

  /** How a query parameter that occurs several times is compared. */
  public enum QueryDuplicates {
    /** Different values match nothing, so gateway and backend cannot read different ones. */
    STRICT,
    /** The first counts. */
    FIRST,
    /** The last counts. */
    LAST
  }

  /** Collects routes. Not safe for concurrent use; for one table. */
  public static final class Builder<T> {
    private final HostTable<PathIndex<T>> hosts = new HostTable<>();
    private QueryDuplicates queryDuplicates = QueryDuplicates.STRICT;
    private int next;

    private Builder() {}

    /** Sets how repeated query parameters are compared, strictly by default. */
    public Builder<T> queryDuplicates(QueryDuplicates queryDuplicates) {
      this.queryDuplicates = requireNonNull(queryDuplicates, "queryDuplicates");
      return this;
    }

    /** Adds a route that comes after those added before it. */
    public Builder<T> add(Route route, T value) {
      return add(next, route, value);
    }

    /**
     * Adds a route.
     *
     * @param index its place among all routes of the file
     */
    public Builder<T> add(int index, Route route, T value) {
      next = Math.max(next, index) + 1;
      List<String> hostnames = route.hostnames().isEmpty() ? List.of("*") : route.hostnames();
      for (int i = 0; i < route.matches().size(); i++) {
        Match<T> match = new Match<>(value, route, route.matches().get(i));
        Entry<T> entry = new Entry<>(match, index, i);
        hostnames.stream()
            .map(Hostname::parse)
            .distinct()
            .forEach(host -> hosts.at(host, PathIndex::new).add(entry));
      }
      return this;
    }

    /** Returns the table. */
    public RouteTable<T> build() {
      return new RouteTable<>(this);
    }
  }
}
