package dev.postern.benchmark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens many streams that say one thing and then nothing, as those of waiting agents do, and prints
 * what they cost the process that holds them.
 *
 * <p>The backend is in the gateway's own process: over HTTP/1.1 a stream would take a second
 * descriptor there. {@code ulimit -n} has to be above the number of streams.
 */
public final class IdleStreams {
  private static final byte[] REQUEST =
      "GET /events HTTP/1.1\r\nhost: gateway\r\naccept: text/event-stream\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private IdleStreams() {}

  /**
   * Runs and prints the figures.
   *
   * @param args how many streams; 10,000 when absent
   */
  public static void main(String[] args) throws Exception {
    int wanted = args.length == 0 ? 10_000 : Integer.parseInt(args[0]);
    List<SocketChannel> streams = new ArrayList<>();
    try (Child subject = Child.java(0, Subject.class.getName(), "idle", "0")) {
      InetSocketAddress address = new InetSocketAddress("127.0.0.1", subject.port());
      streams.add(open(address));
      print("1 stream", subject);
      long start = System.nanoTime();
      while (streams.size() < wanted) {
        streams.add(open(address));
      }
      System.out.printf(
          "opened %d streams in %.1f s%n", streams.size(), (System.nanoTime() - start) / 1e9);
      print(streams.size() + " streams", subject);
      long before = subject.cpuMicros();
      Thread.sleep(20_000);
      System.out.printf(
          "idle for 20 s: %.1f %% of a core%n", (subject.cpuMicros() - before) / 20e6 * 100);
      print(streams.size() + " streams, later", subject);
    } finally {
      for (SocketChannel stream : streams) {
        stream.close();
      }
    }
  }

  /** Opens a stream and reads its first event. */
  private static SocketChannel open(InetSocketAddress address) throws IOException {
    SocketChannel channel = SocketChannel.open(address);
    channel.write(ByteBuffer.wrap(REQUEST));
    ByteBuffer read = ByteBuffer.allocate(4096);
    String seen = "";
    while (!seen.contains("data: hello\n\n")) {
      if (channel.read(read) < 0) {
        throw new IOException("the stream ended: " + seen);
      }
      seen = new String(read.array(), 0, read.position(), StandardCharsets.US_ASCII);
    }
    return channel;
  }

  private static void print(String what, Child subject) throws IOException {
    System.out.printf(
        "%s: %d MiB resident, %d threads%n", what, subject.memoryMib(), threads(subject.pid()));
  }

  private static int threads(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("Threads:")) {
        return Integer.parseInt(line.replaceAll("[^0-9]", ""));
      }
    }
    return 0;
  }
}
