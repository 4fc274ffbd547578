package dev.postern.core.upstream;

/** A key that belongs to one of several targets, known by its hash only. Immutable. */
public final class AffinityKey {
  /*
   * Rendezvous hashing (Thaler and Ravishankar, 1998): each key ranks all targets by a hash of both,
   * and goes to the first of its ranking that is there. Taking one away moves its own keys and no
   * other, each to the next of its ranking. The weights are those of Schindelhauer and Schomaker
   * (2005): of numbers u that are spread evenly over 0..1, the share of the keys for which
   * -weight / ln(u) is the largest is in proportion to the weight.
   *
   * The hash is the same in every process, so that gateways side by side agree.
   */

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final double UNIT = 0x1.0p-53;

  private final long hash;

  private AffinityKey(long hash) {
    this.hash = hash;
  }

  /** Returns the key that {@code text} is. */
  public static AffinityKey of(String text) {
    return new AffinityKey(hash(text));
  }

  /**
   * Returns how high this key ranks a target: the one with the largest number is where it belongs.
   *
   * @param target the name of the target, the same in every gateway
   * @param weight the share of keys it gets, compared to others; more than zero
   */
  public double rank(String target, double weight) {
    long both = mixed(hash ^ Long.rotateLeft(hash(target), 32));
    double even = ((both >>> 11) + 0.5) * UNIT;
    return -weight / Math.log(even);
  }

  private static long hash(String text) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return mixed(hash);
  }

  /** Spreads each bit over all (the last step of MurmurHash3). */
  private static long mixed(long bits) {
    long mixed = bits;
    mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }

  /** Says nothing about the key. */
  @Override
  public String toString() {
    return "AffinityKey";
  }
}
