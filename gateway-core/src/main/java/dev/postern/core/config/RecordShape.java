package dev.postern.core.config;

import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.spi.PolicySet;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The components of a record class, and how it is made and taken apart.
 *
 * <p>An absent component is handed to the constructor as null, except where the class declares what
 * it should be: in a constant {@code DEFAULT} of the record itself, or, for the component {@code
 * weight}, in {@code DEFAULT_WEIGHT}.
 */
final class RecordShape {
  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return new RecordShape(type);
        }
      };

  private final Class<?> type;
  private final List<Component> components = new ArrayList<>();
  private final Constructor<?> constructor;
  private final @Nullable Method parse;

  /**
   * One component.
   *
   * @param absent what stands for an absent value
   * @param inline whether its fields stand among those of the record
   */
  record Component(
      String name, Type type, Method accessor, @Nullable Object absent, boolean inline) {
    Class<?> rawType() {
      return accessor.getReturnType();
    }

    /** Returns whether a value must be there: a primitive without a default has no absent value. */
    boolean required() {
      return absent == null && rawType().isPrimitive();
    }
  }

  private RecordShape(Class<?> type) {
    this.type = type;
    RecordComponent[] parts = type.getRecordComponents();
    for (RecordComponent part : parts) {
      part.getAccessor().setAccessible(true);
      components.add(
          new Component(
              part.getName(),
              part.getGenericType(),
              part.getAccessor(),
              absent(type, part),
              part.isAnnotationPresent(Inline.class)));
    }
    try {
      constructor =
          type.getDeclaredConstructor(
              Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e); // every record has it
    }
    parse = parseMethod(type);
  }

  static RecordShape of(Class<?> type) {
    return SHAPES.get(type);
  }

  /** Returns the static method that makes a value of {@code type} of a text, or null. */
  static @Nullable Method parseMethod(Class<?> type) {
    Method ofText = parseMethod(type, String.class);
    return ofText == null ? parseMethod(type, ExpressionText.class) : ofText;
  }

  private static @Nullable Method parseMethod(Class<?> type, Class<?> from) {
    try {
      Method method = type.getDeclaredMethod("parse", from);
      method.setAccessible(true);
      return method.accessFlags().contains(AccessFlag.STATIC)
              && type.isAssignableFrom(method.getReturnType())
          ? method
          : null;
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  List<Component> components() {
    return components;
  }

  Class<?> type() {
    return type;
  }

  @Nullable Method parse() {
    return parse;
  }

  /** Returns the component that may be written alone for the whole record, or null. */
  @Nullable Component alone() {
    if (components.isEmpty()) {
      return null;
    }
    Component first = components.getFirst();
    return (components.size() == 1 || first.name().equals("value")) && !first.inline()
        ? first
        : null;
  }

  /**
   * Makes the record.
   *
   * @throws IllegalArgumentException if the record refuses the values
   */
  Object make(@Nullable Object[] values) {
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw refused(e.getCause());
    } catch (InstantiationException | IllegalAccessException e) {
      throw new LinkageError(String.valueOf(e.getMessage()), e); // accessible, not abstract
    }
  }

  /** Returns what the component of a record would be if it were not set, or null. */
  @Nullable Object without(Object owner, Component component) {
    @Nullable Object[] values = new @Nullable Object[components.size()];
    for (int i = 0; i < values.length; i++) {
      Component each = components.get(i);
      values[i] = each.equals(component) ? each.absent() : get(owner, each);
    }
    if (component.required()) {
      return null;
    }
    try {
      return get(make(values), component);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Calls a static method that makes a value of a text. */
  static Object parse(Method method, Object text) {
    try {
      return method.invoke(null, text);
    } catch (InvocationTargetException e) {
      throw refused(e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the value of a component. */
  static @Nullable Object get(Object owner, Component component) {
    try {
      return component.accessor().invoke(owner);
    } catch (InvocationTargetException | IllegalAccessException e) {
      throw new IllegalStateException(component.name(), e);
    }
  }

  private static IllegalArgumentException refused(@Nullable Throwable cause) {
    return switch (cause) {
      case IllegalArgumentException e -> e;
      // requireNonNull(port, "port") in a constructor says which field is required.
      case NullPointerException e ->
          new IllegalArgumentException(e.getMessage() + " is required", e);
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> throw new IllegalStateException(cause);
    };
  }

  /** Returns what an absent component is handed over as: the default where one is declared. */
  private static @Nullable Object absent(Class<?> owner, RecordComponent part) {
    Object defaults = constant(owner, "DEFAULT");
    if (owner.isInstance(defaults)) {
      try {
        return part.getAccessor().invoke(defaults);
      } catch (InvocationTargetException | IllegalAccessException e) {
        throw new IllegalStateException(part.getName(), e);
      }
    }
    if (part.getType() == PolicySet.class) {
      return PolicySet.EMPTY;
    }
    if (!part.getType().isPrimitive()) {
      return null;
    }
    String name = "DEFAULT_" + part.getName().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
    Object constant = constant(owner, name);
    return constant == null && part.getType() == boolean.class ? false : constant;
  }

  private static @Nullable Object constant(Class<?> owner, String name) {
    try {
      Field field = owner.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(null);
    } catch (NoSuchFieldException e) {
      return null;
    } catch (IllegalAccessException e) {
      throw new LinkageError(String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns the members of a closed choice, by YAML key. */
  static Map<String, Class<?>> members(Class<?> sealed) {
    Map<String, Class<?>> members = new LinkedHashMap<>();
    for (Class<?> member : sealed.getPermittedSubclasses()) {
      if (member.isSealed()) {
        members.putAll(members(member));
      } else {
        String name = member.getSimpleName();
        members.put(Character.toLowerCase(name.charAt(0)) + name.substring(1), member);
      }
    }
    return members;
  }
}
