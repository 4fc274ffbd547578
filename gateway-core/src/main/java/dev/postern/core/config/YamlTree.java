package dev.postern.core.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Turns YAML text into nodes.
 *
 * <p>Works on the parser's events rather than on its composed tree, so that depth and expansion are
 * limited while reading: a text of nothing but opening brackets costs its first 64, and ten aliases
 * of ten aliases of ten aliases are counted before they are copied.
 */
final class YamlTree {
  static final int MAX_DEPTH = 64;
  static final int MAX_ALIASES = 50;
  static final int MAX_EXPANDED = 10_000;

  private static final String STANDARD = "tag:yaml.org,2002:";
  private static final Set<String> TAGS =
      Set.of("!", "str", "int", "float", "bool", "null", "seq", "map");

  /** No number, boolean or null is longer. */
  private static final int MAX_TYPED_LENGTH = 128;

  private final SourceText source;
  private final Diagnostics problems;
  private final @Nullable Substitution substitution;
  private final ScalarResolver resolver = new CoreSchema().getScalarResolver();
  private final Map<String, Optional<Anchored>> anchors = new HashMap<>();
  private int aliases;
  private int expanded;

  /** A node that aliases may repeat, and how many nodes it is. */
  private record Anchored(ConfigNode node, int size) {}

  /** Ends reading after a problem that leaves nothing to read. */
  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stop() {
      super(null, null, false, false);
    }
  }

  /**
   * @param substitution what is done to scalars, or null for nothing
   */
  YamlTree(SourceText source, Diagnostics problems, @Nullable Substitution substitution) {
    this.source = source;
    this.problems = problems;
    this.substitution = substitution;
  }

  /** Returns the root, an empty map for an empty text, or null when the text cannot be read. */
  @Nullable ConfigNode read() {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(source.name())
            .setSchema(new CoreSchema())
            .setCodePointLimit(Integer.MAX_VALUE)
            .build();
    try {
      return document(new Parse(settings).parseString(source.text()).iterator());
    } catch (Stop e) {
      return null;
    } catch (MarkedYamlEngineException e) {
      String context = e.getContext() == null ? "" : e.getContext() + ", ";
      Location at = e.getProblemMark().map(YamlTree.this::location).orElse(start());
      problems.add(ConfigDiagnostic.error(ConfigCode.SYNTAX, at, "", context + e.getProblem()));
      return null;
    } catch (YamlEngineException e) {
      // Characters that YAML forbids; the first line of the text says which.
      String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("not YAML");
      problems.add(ConfigDiagnostic.error(ConfigCode.SYNTAX, start(), "", message));
      return null;
    }
  }

  private Location start() {
    return Location.at(source.name(), 1, 1);
  }

  private ConfigNode document(Iterator<Event> events) {
    ConfigNode root = null;
    while (events.hasNext()) {
      Event event = events.next();
      switch (event.getEventId()) {
        case DocumentStart -> {
          if (root != null) {
            throw stop(
                ConfigCode.MORE_DOCUMENTS, location(event), "", "only one document per file");
          }
          root = node(events.next(), events, ConfigPath.ROOT, null, 0).node();
        }
        default -> {} // start of the stream, ends
      }
    }
    if (root == null || root.kind() == ConfigNode.Kind.NULL) {
      return ConfigNode.map(ConfigPath.ROOT, start(), null, Map.of());
    }
    return root;
  }

  private Anchored node(
      Event event,
      Iterator<Event> events,
      ConfigPath path,
      @Nullable Location keyLocation,
      int depth) {
    if (depth > MAX_DEPTH) {
      throw stop(
          ConfigCode.SYNTAX, location(event), "", "nested deeper than " + MAX_DEPTH + " levels");
    }
    if (event instanceof AliasEvent alias) {
      return alias(alias, path, keyLocation, depth);
    }
    Optional<Anchor> anchor =
        event instanceof NodeEvent node ? node.getAnchor() : Optional.<Anchor>empty();
    anchor.ifPresent(name -> anchors.put(name.getValue(), Optional.empty()));
    Anchored read =
        switch (event) {
          case ScalarEvent scalar -> new Anchored(scalar(scalar, path, keyLocation), 1);
          case SequenceStartEvent list -> list(list, events, path, keyLocation, depth);
          case MappingStartEvent map -> map(map, events, path, keyLocation, depth);
          default -> throw new NoSuchElementException(event.toString());
        };
    anchor.ifPresent(name -> anchors.put(name.getValue(), Optional.of(read)));
    return read;
  }

  private Anchored list(
      SequenceStartEvent start,
      Iterator<Event> events,
      ConfigPath path,
      @Nullable Location keyLocation,
      int depth) {
    checkTag(start.getTag(), start, path);
    List<ConfigNode> items = new ArrayList<>();
    int size = 1;
    Event event = events.next();
    while (event.getEventId() != Event.ID.SequenceEnd) {
      Anchored item = node(event, events, path.index(items.size()), null, depth + 1);
      items.add(item.node());
      size += item.size();
      event = events.next();
    }
    return new Anchored(ConfigNode.list(path, location(start, event), keyLocation, items), size);
  }

  private Anchored map(
      MappingStartEvent start,
      Iterator<Event> events,
      ConfigPath path,
      @Nullable Location keyLocation,
      int depth) {
    checkTag(start.getTag(), start, path);
    Map<String, ConfigNode> fields = new LinkedHashMap<>();
    int size = 1;
    Event event = events.next();
    while (event.getEventId() != Event.ID.MappingEnd) {
      ConfigNode key = key(event, path);
      ConfigPath fieldPath = path.key(key.text());
      Anchored value = node(events.next(), events, fieldPath, key.location(), depth + 1);
      size += value.size() + 1;
      ConfigNode earlier = fields.putIfAbsent(key.text(), value.node());
      if (earlier != null) {
        problems.add(
            ConfigDiagnostic.error(
                    ConfigCode.DUPLICATE_KEY, key.location(), fieldPath.toString(), "duplicate key")
                .relate(earlier.keyLocation(), "first written here"));
      }
      event = events.next();
    }
    return new Anchored(ConfigNode.map(path, location(start, event), keyLocation, fields), size);
  }

  private ConfigNode key(Event event, ConfigPath path) {
    if (!(event instanceof ScalarEvent scalar)) {
      throw stop(
          ConfigCode.SYNTAX, location(event), path.toString(), "a key (expected: a plain text)");
    }
    if (scalar.isPlain() && scalar.getValue().equals("<<")) {
      throw stop(
          ConfigCode.UNKNOWN_FIELD,
          location(event),
          path.key("<<").toString(),
          "unknown field; merge keys are not applied");
    }
    return scalar(scalar, path, null);
  }

  private ConfigNode scalar(ScalarEvent event, ConfigPath path, @Nullable Location keyLocation) {
    String tag = checkTag(event.getTag(), event, path);
    String written = event.getValue();
    Location at = location(event);
    boolean[] broken = new boolean[1];
    String text = written;
    if (substitution != null) {
      text =
          substitution.expand(
              written,
              (offset, code, message) -> {
                broken[0] = true;
                problems.add(ConfigDiagnostic.error(code, at, path.toString(), message));
              });
    }
    ConfigNode.Kind kind = ConfigNode.Kind.STRING;
    if (tag == null ? event.isPlain() : !tag.equals("str") && !tag.equals("!")) {
      kind = type(text, !text.equals(written));
    }
    return ConfigNode.scalar(
        kind, path, at, keyLocation, new ConfigNode.Scalar(text, written, broken[0]));
  }

  private ConfigNode.Kind type(String text, boolean substituted) {
    if (text.length() > MAX_TYPED_LENGTH || (substituted && text.isEmpty())) {
      return ConfigNode.Kind
          .STRING; // a variable set to nothing is an empty text, not an absent one
    }
    Tag tag = resolver.resolve(text, true);
    if (tag.equals(Tag.NULL)) {
      return ConfigNode.Kind.NULL;
    }
    if (tag.equals(Tag.BOOL)) {
      return ConfigNode.Kind.BOOLEAN;
    }
    if (tag.equals(Tag.INT)) {
      return ConfigNode.Kind.INTEGER;
    }
    return tag.equals(Tag.FLOAT) ? ConfigNode.Kind.FLOAT : ConfigNode.Kind.STRING;
  }

  private Anchored alias(
      AliasEvent alias, ConfigPath path, @Nullable Location keyLocation, int depth) {
    Optional<Anchored> target = anchors.get(alias.getAlias().getValue());
    if (target == null) {
      throw stop(ConfigCode.SYNTAX, location(alias), path.toString(), "alias without its anchor");
    }
    if (target.isEmpty()) {
      throw stop(ConfigCode.SYNTAX, location(alias), path.toString(), "alias of what it stands in");
    }
    Anchored anchored = target.get();
    expanded += anchored.size();
    aliases += anchored.node().kind().scalar() ? 0 : 1;
    if (aliases > MAX_ALIASES || expanded > MAX_EXPANDED) {
      throw stop(
          ConfigCode.SYNTAX,
          location(alias),
          path.toString(),
          "too many aliases (expected: at most %d of collections, expanding to at most %d nodes)"
              .formatted(MAX_ALIASES, MAX_EXPANDED));
    }
    return new Anchored(
        copy(anchored.node(), path, location(alias), keyLocation, depth), anchored.size());
  }

  /** Copies a node, since each use has its own path. */
  private ConfigNode copy(
      ConfigNode node, ConfigPath path, Location at, @Nullable Location keyLocation, int depth) {
    if (depth > MAX_DEPTH) {
      throw stop(ConfigCode.SYNTAX, at, "", "nested deeper than " + MAX_DEPTH + " levels");
    }
    if (node.kind() == ConfigNode.Kind.MAP) {
      Map<String, ConfigNode> fields = new LinkedHashMap<>();
      node.fields()
          .forEach((key, value) ->
              fields.put(key, copy(value, path.key(key), at, value.keyLocation(), depth + 1)));
      return ConfigNode.map(path, node.location(), keyLocation, fields);
    }
    if (node.kind() == ConfigNode.Kind.LIST) {
      List<ConfigNode> items = new ArrayList<>();
      for (ConfigNode item : node.items()) {
        items.add(copy(item, path.index(items.size()), at, null, depth + 1));
      }
      return ConfigNode.list(path, node.location(), keyLocation, items);
    }
    return ConfigNode.scalar(node.kind(), path, node.location(), keyLocation, node.scalar());
  }

  /** Returns the name of a standard tag, or null for none. */
  private @Nullable String checkTag(Optional<String> tag, Event event, ConfigPath path) {
    if (tag.isEmpty()) {
      return null;
    }
    String full = tag.get();
    String name = full.startsWith(STANDARD) ? full.substring(STANDARD.length()) : full;
    if (!TAGS.contains(name)) {
      throw stop(
          ConfigCode.SYNTAX,
          location(event),
          path.toString(),
          "tag " + name + " (expected: no tags)");
    }
    return name;
  }

  private Stop stop(ConfigCode code, Location at, String path, String message) {
    problems.add(ConfigDiagnostic.error(code, at, path, message));
    return new Stop();
  }

  private Location location(Event event) {
    return location(event, event);
  }

  private Location location(Event first, Event last) {
    Mark from = first.getStartMark().orElseThrow();
    Mark to = last.getEndMark().orElseThrow();
    return new Location(
        source.name(),
        from.getLine() + 1,
        from.getColumn() + 1,
        to.getLine() + 1,
        to.getColumn() + 1);
  }

  private Location location(Mark mark) {
    return Location.at(source.name(), mark.getLine() + 1, mark.getColumn() + 1);
  }
}
