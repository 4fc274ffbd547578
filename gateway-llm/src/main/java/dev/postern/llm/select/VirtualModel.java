package dev.postern.llm.select;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name that stands for one of several models.
 *
 * @param name the name, exactly
 * @param routing how one is chosen
 */
public record VirtualModel(String name, Routing routing) {
  private static final int MAX_PRIORITIES = 32;

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if it is a pattern, or there is nothing to choose from
   */
  public VirtualModel {
    if (routing == null) {
      throw new IllegalArgumentException(
          "virtual model " + name + " must specify exactly one routing strategy");
    }
    String strategy = emptyStrategy(routing);
    if (strategy != null) {
      throw new IllegalArgumentException(
          "virtual model " + name + " must specify at least one " + strategy + " target");
    }
    if (!new ModelPattern(name).isExact()) {
      throw new IllegalArgumentException(
          "virtual model \"" + name + "\" (expected: an exact name)");
    }
  }

  private static @Nullable String emptyStrategy(Routing routing) {
    return switch (routing) {
      case Weighted weighted when weighted.targets().isEmpty() -> "weighted";
      case Failover failover when failover.targets().isEmpty() -> "failover";
      case Weighted weighted -> null;
      case Failover failover -> null;
    };
  }

  /** Returns a virtual model that draws by weight. */
  public static VirtualModel weighted(String name, WeightedTarget... targets) {
    return new VirtualModel(name, new Weighted(Arrays.asList(targets)));
  }

  /** Returns a virtual model that moves on when a model fails. */
  public static VirtualModel failover(String name, FailoverTarget... targets) {
    return new VirtualModel(name, new Failover(Arrays.asList(targets)));
  }

  /** How one of the models is chosen. */
  public sealed interface Routing {}

  /**
   * Draws by weight.
   *
   * @param targets the models
   */
  public record Weighted(List<WeightedTarget> targets) implements Routing {
    /**
     * Checks the weights.
     *
     * @throws IllegalArgumentException if all are zero
     */
    public Weighted {
      targets = List.copyOf(targets);
      if (!targets.isEmpty() && targets.stream().mapToLong(WeightedTarget::weight).sum() == 0) {
        throw new IllegalArgumentException(
            "weighted.targets: no weight (expected: a sum above zero)");
      }
    }
  }

  /**
   * Tries by priority; among models of one priority the better of two drawn at random.
   *
   * @param targets the models
   */
  public record Failover(List<FailoverTarget> targets) implements Routing {
    /**
     * Checks the priorities.
     *
     * @throws IllegalArgumentException if there are too many
     */
    public Failover {
      targets = List.copyOf(targets);
      long priorities = targets.stream().map(FailoverTarget::priority).distinct().count();
      if (priorities > MAX_PRIORITIES) {
        throw new IllegalArgumentException(
            "failover.targets: "
                + priorities
                + " priorities (expected: 1.."
                + MAX_PRIORITIES
                + ")");
      }
    }
  }

  /**
   * A model and its share.
   *
   * @param model the model
   * @param weight its share of the sum; 0 is never drawn
   */
  public record WeightedTarget(String model, int weight) {
    /** The weight of a model that is given none. */
    public static final int DEFAULT_WEIGHT = 1;

    /** Checks the weight. */
    public WeightedTarget {
      requireNonNull(model, "model");
      if (weight < 0) {
        throw new IllegalArgumentException("weight: " + weight + " (expected: 0 or more)");
      }
    }
  }

  /**
   * A model and when it is tried.
   *
   * @param model the model
   * @param priority lower ones first
   */
  public record FailoverTarget(String model, int priority) {
    /** Checks the priority. */
    public FailoverTarget {
      requireNonNull(model, "model");
      if (priority < 0) {
        throw new IllegalArgumentException("priority: " + priority + " (expected: 0 or more)");
      }
    }
  }
}
