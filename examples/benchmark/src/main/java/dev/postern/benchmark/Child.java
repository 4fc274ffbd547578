package dev.postern.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process of the load run, and what it costs. */
final class Child implements AutoCloseable {
  private static final boolean PINS = Files.isExecutable(Path.of("/usr/bin/taskset"));
  private static final double TICKS_PER_SECOND = 100;

  private final Process process;
  private final BufferedReader output;

  private Child(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /** Starts a class of this module on one core. */
  static Child java(int core, String type, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), type));
    command.addAll(List.of(args));
    return command(core, command);
  }

  /** Starts a program on one core. */
  static Child command(int core, List<String> command) throws IOException {
    List<String> pinned = new ArrayList<>();
    if (PINS) {
      pinned.addAll(List.of("taskset", "-c", Integer.toString(core)));
    }
    pinned.addAll(command);
    return new Child(
        new ProcessBuilder(pinned).redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  /** Returns the next line the process prints, waiting for it. */
  String line() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("the process ended early");
    }
    return line;
  }

  long pid() {
    return process.pid();
  }

  /** Writes a line to the process. */
  void tell(String line) throws IOException {
    Writer input = process.outputWriter();
    input.write(line + "\n");
    input.flush();
  }

  /** Returns the port that the process says it listens on. */
  int port() throws IOException {
    for (String line = line(); ; line = line()) {
      if (line.startsWith("port ")) {
        return Integer.parseInt(line.substring(5));
      }
    }
  }

  /** Returns the CPU time spent by the process and those it started, in microseconds. */
  long cpuMicros() throws IOException {
    long micros = cpuMicros(process.pid());
    for (ProcessHandle child : process.descendants().toList()) {
      micros += cpuMicros(child.pid());
    }
    return micros;
  }

  private static long cpuMicros(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    return (long) (ticks * 1e6 / TICKS_PER_SECOND);
  }

  /** Returns the resident memory of the process, in MiB. */
  long memoryMib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    return 0;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
