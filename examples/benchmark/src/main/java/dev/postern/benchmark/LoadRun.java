package dev.postern.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Measures what a request costs the process between a client and a server: a bare nginx if there is
 * one, the bare parts of the gateway, and the gateway on several paths; and what a call costs that
 * does not leave the process.
 *
 * <p>All processes are warmed up first, each until a request stops getting cheaper. Then they are
 * measured in turns, so that whatever else the machine does meets all of them, and a ratio is that
 * of two neighbours in time.
 *
 * <p>{@code --url name=http://host:port/path} adds a process that runs already; {@code --seconds N}
 * and {@code --rounds N} set how long and how often each row is measured, {@code --models a,b} what
 * is asked for: {@code small}, {@code at-once}, {@code one-by-one}. Needs Linux.
 */
public final class LoadRun implements AutoCloseable {
  static final String PATH = "/v1/chat/completions";

  private static final int CONNECTIONS = 32;
  private static final Path NGINX = Path.of("/usr/sbin/nginx");

  /** What the compiler needs to have seen, on a core that it shares with the work. */
  private static final long LEAST_WARM_UP = 150_000;

  private static final int MOST_WARM_UPS = 40;

  /** Cheaper than before by less than this is no news. */
  private static final double NEWS = 0.97;

  private double seconds = 5;
  private int rounds = 5;
  private List<String> models = List.of("small", "at-once", "one-by-one");
  private final Child upstream;
  private final List<Contestant> contestants = new ArrayList<>();

  private LoadRun(Child upstream) {
    this.upstream = upstream;
  }

  /** Runs and prints the tables. */
  public static void main(String[] args) throws Exception {
    try (Child upstream = Child.java(1, Upstream.class.getName());
        LoadRun run = new LoadRun(upstream)) {
      int port = upstream.port();
      run.contestants(port);
      run.options(args);
      run.run("http://127.0.0.1:" + port + PATH);
    }
  }

  private void options(String[] args) {
    for (int i = 0; i + 1 < args.length; i += 2) {
      String value = args[i + 1];
      switch (args[i]) {
        case "--seconds" -> seconds = Double.parseDouble(value);
        case "--rounds" -> rounds = Integer.parseInt(value);
        case "--models" -> models = List.of(value.split(","));
        case "--url" -> {
          String[] named = value.split("=", 2);
          contestants.add(Contestant.listening(named[0], null, named[1]));
        }
        default -> throw new IllegalArgumentException("unknown option " + args[i]);
      }
    }
  }

  private void contestants(int upstream) throws IOException {
    if (Files.isExecutable(NGINX)) {
      contestants.add(nginx(upstream));
    }
    contestants.add(subject("bare relay of our parts", "relay", upstream));
    contestants.add(subject("HTTP route", "http-proxy", upstream));
    contestants.add(subject("LLM passthrough", "llm", upstream));
    contestants.add(subject("LLM passthrough, access log", "llm-logged", upstream));
    contestants.add(subject("LLM, key, rule, limit, guard, metrics, log", "llm-guarded", upstream));
    contestants.add(inProcess("in-process: bare OkHttp call", "okhttp", upstream));
    contestants.add(inProcess("in-process: gateway.handle", "handle", upstream));
    contestants.add(inProcess("in-process: OkHttp, taken by a gateway", "interceptor", upstream));
  }

  /** Something that works for a while, and says how much it did, how much failed, and how fast. */
  private interface Work {
    long[] run(String model, int connections, double seconds) throws IOException;
  }

  /** One row of the tables. */
  private record Contestant(String name, @Nullable Child process, boolean listens, Work work) {
    static Contestant listening(String name, @Nullable Child process, String url) {
      return new Contestant(
          name, process, true, (model, connections, time) -> load(url, model, connections, time));
    }

    boolean takesPart(String model) {
      return listens || model.equals("small");
    }

    Sample sample(String model, int connections, double seconds) throws IOException {
      long before = process == null ? 0 : process.cpuMicros();
      long[] done = work.run(model, connections, seconds);
      if (done[0] == 0 || done[1] > 0) {
        throw new IOException(name + ": " + done[0] + " answers, " + done[1] + " broken");
      }
      long spent = process == null ? 0 : process.cpuMicros() - before;
      return new Sample(
          done[0], (double) spent / done[0], done[0] / seconds, done[2], done[3], done[4]);
    }
  }

  /** What one turn gave: CPU in microseconds a request, times in nanoseconds. */
  private record Sample(
      long requests, double cpu, double perSecond, long p50, long p99, long firstByte) {}

  private static Contestant subject(String name, String kind, int upstream) throws IOException {
    Child subject = Child.java(0, Subject.class.getName(), kind, Integer.toString(upstream));
    return Contestant.listening(name, subject, "http://127.0.0.1:" + subject.port() + PATH);
  }

  private static Contestant inProcess(String name, String kind, int upstream) throws IOException {
    Child child = Child.java(0, InProcess.class.getName(), kind, Integer.toString(upstream));
    return new Contestant(
        name,
        child,
        false,
        (model, connections, seconds) -> {
          child.tell(Double.toString(seconds));
          return numbers(child.line());
        });
  }

  private static Contestant nginx(int upstream) throws IOException {
    int port = 18_080;
    Path config = Files.createTempFile("nginx", ".conf");
    config.toFile().deleteOnExit();
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
    Child nginx = Child.command(0, List.of(NGINX.toString(), "-c", config.toString()));
    return Contestant.listening("nginx proxy_pass", nginx, "http://127.0.0.1:" + port + PATH);
  }

  private void run(String direct) throws IOException {
    for (String model : models) {
      List<Contestant> rows = contestants.stream().filter(row -> row.takesPart(model)).toList();
      for (Contestant row : rows) {
        warmUp(row, model);
      }
      Sample[][] samples = new Sample[rows.size()][rounds];
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < rows.size(); i++) {
          samples[i][round] = rows.get(i).sample(model, CONNECTIONS, seconds);
        }
      }
      System.out.printf("%n%s, unit: %s%n", model, rows.get(0).name());
      System.out.println(
          "| row | CPU µs/request | ratio | requests/s | p50 ms | p99 ms | added to first byte p50"
              + " ms, alone | RSS MiB |");
      System.out.println("|---|---|---|---|---|---|---|---|");
      for (int i = 0; i < rows.size(); i++) {
        print(rows.get(i), samples[i], samples[0], added(rows.get(i), model, direct));
      }
    }
  }

  private void warmUp(Contestant row, String model) throws IOException {
    long requests = 0;
    int steady = 0;
    double best = Double.MAX_VALUE;
    long least = row.process() == null ? 0 : model.equals("small") ? LEAST_WARM_UP : 20_000;
    for (int i = 0; i < MOST_WARM_UPS && (steady < 2 || requests < least); i++) {
      Sample sample = row.sample(model, CONNECTIONS, seconds);
      requests += sample.requests();
      steady = sample.cpu() < best * NEWS ? 0 : steady + 1;
      best = Math.min(best, sample.cpu());
    }
    System.err.printf("%s, %s: warm at %.1f µs%n", row.name(), model, best);
  }

  /** Nobody waits for others here: what is left is the way itself. */
  private double added(Contestant row, String model, String direct) throws IOException {
    if (!row.listens()) {
      return 0;
    }
    long through = row.sample(model, 1, seconds).firstByte();
    return (through - load(direct, model, 1, seconds)[4]) / 1e6;
  }

  private static void print(Contestant row, Sample[] samples, Sample[] units, double added)
      throws IOException {
    double[] ratios = new double[samples.length];
    for (int i = 0; i < samples.length; i++) {
      ratios[i] = samples[i].cpu() / units[i].cpu();
    }
    Arrays.sort(ratios);
    Sample[] sorted = samples.clone();
    Arrays.sort(sorted, (one, other) -> Double.compare(one.cpu(), other.cpu()));
    Sample median = sorted[sorted.length / 2];
    System.out.printf(
        "| %s | %.1f | %.2f × | %.0f | %.2f | %.2f | %.2f | %d |%n",
        row.name(),
        median.cpu(),
        ratios[ratios.length / 2],
        median.perSecond(),
        median.p50() / 1e6,
        median.p99() / 1e6,
        added,
        row.process() == null ? 0 : row.process().memoryMib());
  }

  /** Returns requests, broken connections, p50, p99 and p50 to the first byte, in nanoseconds. */
  private static long[] load(String url, String model, int connections, double seconds)
      throws IOException {
    try (Child load =
        Child.java(
            1,
            Load.class.getName(),
            url,
            model,
            Integer.toString(connections),
            Double.toString(seconds))) {
      return numbers(load.line());
    }
  }

  private static long[] numbers(String line) {
    return Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
  }

  @Override
  public void close() {
    for (Contestant row : contestants) {
      if (row.process() != null) {
        row.process().close();
      }
    }
  }
}
