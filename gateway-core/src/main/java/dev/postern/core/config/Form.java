package dev.postern.core.config;

import java.util.function.Function;

/**
 * A record that is written in YAML as another record.
 *
 * @param type the type of the model
 * @param form the record whose components are the YAML fields
 * @param read makes the model of the form
 * @param write makes the form of the model
 */
record Form<T, F extends Record>(
    Class<T> type, Class<F> form, Function<F, T> read, Function<T, F> write) {
  Object readAny(Object value) {
    return read.apply(form.cast(value));
  }

  Object writeAny(Object value) {
    return write.apply(type.cast(value));
  }
}
