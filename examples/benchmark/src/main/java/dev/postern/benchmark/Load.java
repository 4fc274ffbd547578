package dev.postern.benchmark;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps connections busy with one request, and prints how many got through and how fast. */
public final class Load {
  private Load() {}

  /**
   * Runs for a while.
   *
   * @param args the URL, the model to ask for, the number of connections, the seconds to run
   */
  public static void main(String[] args) throws Exception {
    URI url = URI.create(args[0]);
    int connections = Integer.parseInt(args[2]);
    long end = System.nanoTime() + (long) (Double.parseDouble(args[3]) * 1e9);
    byte[] request = request(url, args[1]).getBytes(StandardCharsets.US_ASCII);
    long[][] latencies = new long[connections][];
    long[][] firstBytes = new long[connections][];
    AtomicInteger errors = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(connections);
    for (int i = 0; i < connections; i++) {
      int index = i;
      Thread.ofVirtual()
          .start(() -> {
            Samples samples = new Samples();
            try {
              run(url, request, end, samples);
            } catch (IOException e) {
              errors.incrementAndGet();
            }
            latencies[index] = samples.latencies();
            firstBytes[index] = samples.firstBytes();
            done.countDown();
          });
    }
    done.await();
    long[] all = sorted(latencies);
    long[] first = sorted(firstBytes);
    System.out.printf(
        "%d %d %d %d %d%n", all.length, errors.get(), at(all, 0.5), at(all, 0.99), at(first, 0.5));
  }

  private static void run(URI url, byte[] request, long end, Samples samples) throws IOException {
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream(), 16_384);
      OutputStream out = socket.getOutputStream();
      while (true) {
        long start = System.nanoTime();
        if (start >= end) {
          return;
        }
        out.write(request);
        long first = Wire.readResponse(in, 200);
        samples.add(System.nanoTime() - start, first - start);
      }
    }
  }

  /** Returns the body of a request for {@code model}. */
  static String body(String model) {
    boolean stream = !model.equals("small");
    return "{\"model\":\""
        + model
        + "\",\"stream\":"
        + stream
        + ",\"messages\":[{\"role\":\"user\",\"content\":\""
        + "word ".repeat(180).strip()
        + "\"}]}";
  }

  /** Returns a whole request. */
  static String request(URI url, String model) {
    String body = body(model);
    String head =
        "POST "
            + url.getPath()
            + " HTTP/1.1\r\nhost: "
            + url.getAuthority()
            + "\r\ncontent-type: application/json\r\nauthorization: Bearer "
            + GuardedModel.KEY
            + "\r\n"
            + "content-length: "
            + body.length()
            + "\r\n\r\n";
    return head + body;
  }

  private static long[] sorted(long[][] parts) {
    return Arrays.stream(parts).flatMapToLong(Arrays::stream).sorted().toArray();
  }

  private static long at(long[] sorted, double share) {
    return sorted.length == 0
        ? 0
        : sorted[(int) Math.min(sorted.length - 1, sorted.length * share)];
  }

  private static final class Samples {
    private long[] latencies = new long[4096];
    private long[] firstBytes = new long[4096];
    private int size;

    void add(long latency, long firstByte) {
      if (size == latencies.length) {
        latencies = Arrays.copyOf(latencies, size * 2);
        firstBytes = Arrays.copyOf(firstBytes, size * 2);
      }
      latencies[size] = latency;
      firstBytes[size++] = firstByte;
    }

    long[] latencies() {
      return Arrays.copyOf(latencies, size);
    }

    long[] firstBytes() {
      return Arrays.copyOf(firstBytes, size);
    }
  }
}
