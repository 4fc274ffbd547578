package dev.postern.core.telemetry;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The names of the metrics that a configuration can remove: those of core and of the modules on the
 * class path. Each jar lists its own in {@code META-INF/postern/metrics.txt}, one a line.
 */
public final class MetricNames {
  static final String PREFIX = "agentgateway_";

  private static final String RESOURCE = "META-INF/postern/metrics.txt";
  private static final List<String> SUFFIXES = List.of("_total", "_seconds");

  private final Set<String> names;

  private MetricNames(Set<String> names) {
    this.names = names;
  }

  /** Reads the lists of the jars at hand. */
  public static MetricNames load() {
    Set<String> names = new LinkedHashSet<>();
    try {
      for (URL list : Collections.list(MetricNames.class.getClassLoader().getResources(RESOURCE))) {
        try (InputStream in = list.openStream()) {
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank())
              .forEach(names::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new MetricNames(names);
  }

  /** Returns whether there is a metric of that name, with or without prefix and suffix. */
  public boolean contains(String name) {
    return names.contains(bare(name));
  }

  /** Returns the names, without prefix and suffix. */
  public Set<String> all() {
    return Collections.unmodifiableSet(names);
  }

  /** Returns a name without what exporters put around it. */
  static String bare(String name) {
    String bare = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    for (String suffix : SUFFIXES) {
      bare = bare.endsWith(suffix) ? bare.substring(0, bare.length() - suffix.length()) : bare;
    }
    return bare;
  }
}
