package dev.postern.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Measures what a request costs the process between a client and a server: a bare nginx if there is
 * one, the bare parts of the gateway, and the gateway on several paths.
 *
 * <p>{@code --url name=http://host:port/path --pid N} adds a process that runs already; {@code
 * --seconds N} and {@code --rounds N} set how long and how often each row is measured. Needs Linux.
 */
public final class LoadRun {
  private static final int CONNECTIONS = 32;
  private static final String PATH = "/v1/chat/completions";
  private static final Path NGINX = Path.of("/usr/sbin/nginx");

  private final double seconds;
  private final int rounds;
  private final int upstream;

  private LoadRun(double seconds, int rounds, int upstream) {
    this.seconds = seconds;
    this.rounds = rounds;
    this.upstream = upstream;
  }

  /** Runs and prints the table. */
  public static void main(String[] args) throws Exception {
    double seconds = 4;
    int rounds = 3;
    Map<String, String> urls = new LinkedHashMap<>();
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--seconds" -> seconds = Double.parseDouble(args[i + 1]);
        case "--rounds" -> rounds = Integer.parseInt(args[i + 1]);
        case "--url" -> {
          String[] named = args[i + 1].split("=", 2);
          urls.put(named[0], named[1]);
        }
        default -> throw new IllegalArgumentException("unknown option " + args[i]);
      }
    }
    try (Child upstream = Child.java(1, Upstream.class.getName())) {
      new LoadRun(seconds, rounds, upstream.port()).run(urls);
    }
  }

  private record Row(
      String name, double cpu, double perSecond, long p50, long p99, long firstByte, long mib) {}

  private void run(Map<String, String> urls) throws IOException {
    for (String model : List.of("small", "at-once", "one-by-one")) {
      List<Row> rows = new ArrayList<>();
      if (Files.isExecutable(NGINX)) {
        rows.add(nginx(model));
      }
      rows.add(subject("bare relay of our parts", "relay", model));
      rows.add(subject("HTTP route", "http-proxy", model));
      rows.add(subject("LLM passthrough", "llm", model));
      rows.add(subject("LLM passthrough, access log", "llm-logged", model));
      for (Map.Entry<String, String> url : urls.entrySet()) {
        rows.add(external(url.getKey(), url.getValue(), model));
      }
      print(model, rows);
    }
  }

  private Row subject(String name, String kind, String model) throws IOException {
    try (Child subject = Child.java(0, Subject.class.getName(), kind, Integer.toString(upstream))) {
      return measure(name, subject, "http://127.0.0.1:" + subject.port() + PATH, model);
    }
  }

  private Row nginx(String model) throws IOException {
    int port = 18_080;
    Path config = Files.createTempFile("nginx", ".conf");
    Files.writeString(
        config,
        """
        daemon off; master_process off; pid %s.pid; error_log %s.log;
        events { worker_connections 1024; }
        http {
          access_log off; keepalive_requests 100000000;
          upstream model { server 127.0.0.1:%d; keepalive 64; }
          server { listen 127.0.0.1:%d; location / {
            proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_buffering off; } }
        }
        """
            .formatted(config, config, upstream, port));
    try (Child nginx = Child.command(0, List.of(NGINX.toString(), "-c", config.toString()))) {
      return measure("nginx proxy_pass", nginx, "http://127.0.0.1:" + port + PATH, model);
    } finally {
      Files.delete(config);
    }
  }

  private Row external(String name, String url, String model) throws IOException {
    return measure(name, null, url, model);
  }

  private Row measure(String name, @Nullable Child subject, String url, String model)
      throws IOException {
    load(url, model, Math.max(6, 2 * seconds));
    Row[] measured = new Row[rounds];
    for (int i = 0; i < rounds; i++) {
      long before = subject == null ? 0 : subject.cpuMicros();
      long[] result = load(url, model, seconds);
      long spent = subject == null ? 0 : subject.cpuMicros() - before;
      measured[i] =
          new Row(
              name,
              (double) spent / result[0],
              result[0] / seconds,
              result[2],
              result[3],
              result[4],
              subject == null ? 0 : subject.memoryMib());
    }
    Arrays.sort(measured, (one, other) -> Double.compare(one.cpu(), other.cpu()));
    return measured[rounds / 2];
  }

  /** Returns requests, broken connections, p50, p99 and p50 to the first byte, in nanoseconds. */
  private static long[] load(String url, String model, double seconds) throws IOException {
    try (Child load =
        Child.java(
            1,
            Load.class.getName(),
            url,
            model,
            Integer.toString(CONNECTIONS),
            Double.toString(seconds))) {
      long[] result = Arrays.stream(load.line().split(" ")).mapToLong(Long::parseLong).toArray();
      if (result[0] == 0 || result[1] > 0) {
        throw new IOException(url + ": " + result[0] + " answers, " + result[1] + " broken");
      }
      return result;
    }
  }

  private static void print(String model, List<Row> rows) {
    double unit = rows.get(0).cpu();
    System.out.printf("%n%s, unit: %s%n", model, rows.get(0).name());
    System.out.println(
        "| row | CPU µs/request | ratio | requests/s | p50 ms | p99 ms | first byte p50 ms | RSS"
            + " MiB |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (Row row : rows) {
      System.out.printf(
          "| %s | %.1f | %.2f × | %.0f | %.2f | %.2f | %.2f | %d |%n",
          row.name(),
          row.cpu(),
          row.cpu() / unit,
          row.perSecond(),
          row.p50() / 1e6,
          row.p99() / 1e6,
          row.firstByte() / 1e6,
          row.mib());
    }
  }
}
