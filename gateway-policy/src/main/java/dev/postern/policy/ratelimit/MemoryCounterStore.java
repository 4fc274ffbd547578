package dev.postern.policy.ratelimit;

import dev.postern.core.spi.CounterStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Counters in the memory of this process.
 *
 * <p>All claims are looked at before anything is taken, and what was taken is given back when a
 * later claim is refused after all because somebody else was faster.
 */
final class MemoryCounterStore implements CounterStore {
  private final Map<Limit, Buckets> limits;

  MemoryCounterStore(Map<Limit, Buckets> limits) {
    this.limits = Map.copyOf(limits);
  }

  private record Taken(Buckets buckets, String key, Bucket bucket, long taken)
      implements Reservation {}

  @Override
  public Decision take(List<Claim> claims) {
    for (int i = 0; i < claims.size(); i++) {
      Claim claim = claims.get(i);
      if (!buckets(claim.limit()).holds(Buckets.name(claim.key()), claim.needs())) {
        return refused(claims, i);
      }
    }
    List<Reservation> taken = new ArrayList<>(claims.size());
    for (int i = 0; i < claims.size(); i++) {
      Claim claim = claims.get(i);
      Buckets buckets = buckets(claim.limit());
      String key = Buckets.name(claim.key());
      Buckets.Found from = buckets.take(key, claim.needs(), claim.takes());
      if (from == null) {
        taken.forEach(earlier -> settle(earlier, 0));
        return refused(claims, i);
      }
      taken.add(new Taken(buckets, key, from.bucket(), claim.takes()));
    }
    return new Decision(-1, Duration.ZERO, snapshots(claims), taken);
  }

  @Override
  public void settle(Reservation reservation, long actual) {
    if (reservation instanceof Taken taken) {
      taken.buckets().charge(taken.key(), taken.bucket(), actual - taken.taken());
    } else {
      throw new IllegalArgumentException(
          "reservation: " + reservation + " (expected: one of this store)");
    }
  }

  @Override
  public Snapshot peek(Limit limit, String key) {
    return buckets(limit).snapshot(Buckets.name(key));
  }

  private Decision refused(List<Claim> claims, int index) {
    Claim claim = claims.get(index);
    return new Decision(
        index,
        buckets(claim.limit()).untilHolds(Buckets.name(claim.key()), claim.needs()),
        snapshots(claims),
        List.of());
  }

  private List<Snapshot> snapshots(List<Claim> claims) {
    List<Snapshot> snapshots = new ArrayList<>(claims.size());
    for (Claim claim : claims) {
      snapshots.add(peek(claim.limit(), claim.key()));
    }
    return snapshots;
  }

  private Buckets buckets(Limit limit) {
    Buckets buckets = limits.get(limit);
    if (buckets == null) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: one of this store)");
    }
    return buckets;
  }
}
