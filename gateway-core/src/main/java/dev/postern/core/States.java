package dev.postern.core;

import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.StateType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/*
 * State that outlives configurations. Each snapshot holds leases; the registry closes state when its
 * last lease goes. A snapshot that is being built takes its leases before the one it replaces gives
 * its own back, which is how state passes from one to the next. State is adapted only when the new
 * snapshot takes effect, so a configuration that turns out to be wrong changes nothing.
 */
final class States {
  private final Map<Key, Entry> entries = new HashMap<>();

  Leases lease() {
    return new Leases();
  }

  /** Returns how much state is alive. */
  int size() {
    synchronized (entries) {
      return entries.size();
    }
  }

  /** The leases of one snapshot, with the definitions it asked for. */
  final class Leases implements AutoCloseable {
    private final Map<Key, Object> definitions = new LinkedHashMap<>();

    <D, S> S state(StateType<D, S> type, Object name, D definition, GatewayContext context) {
      Key key = new Key(type, name);
      synchronized (entries) {
        Entry entry = entries.get(key);
        if (entry == null) {
          entry = new Entry(type.create(definition, context), definition);
          entries.put(key, entry);
        }
        if (definitions.put(key, definition) == null) {
          entry.leases++;
        }
        @SuppressWarnings("unchecked") // the type is part of the key
        S state = (S) entry.state;
        return state;
      }
    }

    /** Adapts all leased state to the definitions of this snapshot, which takes effect now. */
    void commit() {
      synchronized (entries) {
        definitions.forEach((key, definition) -> {
          Entry entry = entries.get(key);
          if (entry != null && !entry.definition.equals(definition)) {
            entry.adapt(key.type, definition);
          }
        });
      }
    }

    /** Gives the leases back. */
    @Override
    public void close() {
      synchronized (entries) {
        for (Key key : definitions.keySet()) {
          Entry entry = entries.get(key);
          if (entry != null && --entry.leases == 0) {
            entries.remove(key);
            entry.close(key.type);
          }
        }
        definitions.clear();
      }
    }
  }

  private record Key(StateType<?, ?> type, Object name) {}

  private static final class Entry {
    private final Object state;
    private Object definition;
    private int leases;

    Entry(Object state, Object definition) {
      this.state = state;
      this.definition = definition;
    }

    @SuppressWarnings("unchecked") // the type is part of the key
    <D, S> void adapt(StateType<D, S> type, Object now) {
      type.adapt((S) state, (D) definition, (D) now);
      definition = now;
    }

    @SuppressWarnings("unchecked") // the type is part of the key
    <D, S> void close(StateType<D, S> type) {
      type.close((S) state);
    }
  }
}
