package dev.postern.core.listener;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/**
 * How silent connections are probed by the operating system, so that those whose client has
 * vanished are closed. The names are those of {@code frontendPolicies.tcp.keepalives}.
 *
 * @param enabled whether they are probed
 * @param time how long a connection is silent before it is probed
 * @param interval how long an answer is waited for before the next probe
 * @param retries how many probes without an answer close the connection
 */
public record TcpKeepAlive(boolean enabled, Duration time, Duration interval, int retries) {
  /** Probes after three minutes, nine times, three minutes apart. */
  public static final TcpKeepAlive DEFAULT =
      new TcpKeepAlive(true, Duration.ofMinutes(3), Duration.ofMinutes(3), 9);

  /** No probes. */
  public static final TcpKeepAlive OFF =
      new TcpKeepAlive(false, DEFAULT.time, DEFAULT.interval, DEFAULT.retries);

  private static final Map<String, SocketOption<Integer>> OPTIONS = new LinkedHashMap<>();

  static {
    OPTIONS.put("time", ExtendedSocketOptions.TCP_KEEPIDLE);
    OPTIONS.put("interval", ExtendedSocketOptions.TCP_KEEPINTERVAL);
    OPTIONS.put("retries", ExtendedSocketOptions.TCP_KEEPCOUNT);
  }

  /** Checks the ranges, which are those of Linux. */
  public TcpKeepAlive {
    check("time", time);
    check("interval", interval);
    if (retries < 1 || retries > 127) {
      throw new IllegalArgumentException("retries: " + retries + " (expected: 1..127)");
    }
  }

  private static void check(String name, Duration value) {
    if (value.compareTo(Duration.ofSeconds(1)) < 0
        || value.compareTo(Duration.ofSeconds(32_767)) > 0) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: at least 1s, at most 32767s)");
    }
  }

  /** Returns the names of those values that this JVM cannot set on this operating system. */
  public static List<String> unsupported() {
    try (SocketChannel channel = SocketChannel.open()) {
      List<String> names = new ArrayList<>(OPTIONS.keySet());
      names.removeIf(name -> channel.supportedOptions().contains(OPTIONS.get(name)));
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sets it on an accepted connection; what the operating system does not know stays its own. */
  void applyTo(ChannelConfig connection) {
    connection.setOption(ChannelOption.SO_KEEPALIVE, enabled);
    if (enabled) {
      set(connection, ExtendedSocketOptions.TCP_KEEPIDLE, (int) time.toSeconds());
      set(connection, ExtendedSocketOptions.TCP_KEEPINTERVAL, (int) interval.toSeconds());
      set(connection, ExtendedSocketOptions.TCP_KEEPCOUNT, retries);
    }
  }

  private static void set(ChannelConfig connection, SocketOption<Integer> option, int value) {
    connection.setOption(NioChannelOption.of(option), value);
  }
}
