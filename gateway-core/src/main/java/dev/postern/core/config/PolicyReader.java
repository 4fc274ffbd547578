package dev.postern.core.config;

import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.ConditionalPolicy.OnConditionError;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the policies of an object, each by its type, also those that act under conditions. */
final class PolicyReader {
  static final String CONDITIONAL = "conditional";
  static final String CONDITION = "condition";
  static final String ON_CONDITION_ERROR = "onConditionError";

  private final ConfigContext context;
  private final Dialect dialect;
  private final Diagnostics problems;
  private final Fields fields;
  private final ScalarReader scalars;

  /**
   * @param context what the types of policies read their fields with
   */
  PolicyReader(
      ConfigContext context,
      Dialect dialect,
      Diagnostics problems,
      Fields fields,
      ScalarReader scalars) {
    this.context = context;
    this.dialect = dialect;
    this.problems = problems;
    this.fields = fields;
    this.scalars = scalars;
  }

  PolicySet policies(
      ConfigNode node, RecordShape.Component component, String address, Set<String> known) {
    PolicyPlace place =
        address.equals("policies") ? TargetedForm.place(node) : Dialect.place(address);
    if (component.inline()) {
      Set<String> names = new LinkedHashSet<>(node.names());
      names.retainAll(known);
      names.retainAll(dialect.policyKeys(place));
      return policies(node, place, names, false);
    }
    ConfigNode child = node.get(component.name());
    if (child == null) {
      return PolicySet.EMPTY;
    }
    if (child.kind() != ConfigNode.Kind.MAP) {
      problems.wrongType(child, "an object with policies");
      return PolicySet.EMPTY;
    }
    return policies(child, place, child.names(), true);
  }

  PolicySet policies(ConfigNode node, PolicyPlace place, Iterable<String> names, boolean closed) {
    PolicySet set = PolicySet.EMPTY;
    for (String name : names) {
      PolicyType type = dialect.policy(name, place);
      ConfigNode child = node.get(name);
      if (type != null && child != null && !child.scalar().broken()) {
        boolean chosen = type.conditional() && place.conditional() && child.has(CONDITIONAL);
        Object policy =
            problems.attempt(
                child, () -> chosen ? conditional(child, type) : type.read(child, context));
        if (policy != null) {
          set = set.plus(chosen ? (Policy) policy : type.type().cast(policy));
        }
      }
    }
    if (closed) {
      fields.refuseUnknownPolicies(node, place);
    }
    return set;
  }

  private @Nullable Policy conditional(ConfigNode node, PolicyType type) {
    fields.refuseUnknown(node, Set.of(CONDITIONAL, ON_CONDITION_ERROR), "");
    ConfigNode list = node.get(CONDITIONAL);
    if (list == null || list.kind() != ConfigNode.Kind.LIST) {
      problems.wrongType(list == null ? node : list, "a list of policies with conditions");
      return null;
    }
    List<ConditionalPolicy.Entry> entries = new ArrayList<>();
    boolean failed = false;
    for (ConfigNode item : list.items()) {
      ConditionalPolicy.Entry entry = conditionalEntry(item, type);
      failed |= entry == null;
      if (entry != null) {
        entries.add(entry);
      }
    }
    ConfigNode written = node.get(ON_CONDITION_ERROR);
    OnConditionError onError =
        written == null ? OnConditionError.SKIP : context.read(written, OnConditionError.class);
    if (failed || onError == null) {
      return null;
    }
    ConditionalPolicy policy = new ConditionalPolicy(entries, onError);
    type.check(policy, node, context);
    return policy;
  }

  private ConditionalPolicy.@Nullable Entry conditionalEntry(ConfigNode item, PolicyType type) {
    if (item.kind() != ConfigNode.Kind.MAP) {
      problems.wrongType(item, "an object with condition and the fields of " + type.key());
      return null;
    }
    ConfigNode written = item.get(CONDITION);
    Object condition = written == null ? null : scalars.expression(written);
    Object policy = problems.attempt(item, () -> type.read(item.without(CONDITION), context));
    return policy == null || (written != null && condition == null)
        ? null
        : new ConditionalPolicy.Entry((ExpressionText) condition, (InterceptingPolicy) policy);
  }
}
