package dev.postern.examples.runner;

import com.sun.management.UnixOperatingSystemMXBean;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

/** The metrics every process is expected to have. */
final class ProcessGauges {
  private ProcessGauges() {}

  static void register(Meter meter) {
    RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
    meter
        .gaugeBuilder("process_start_time_seconds")
        .setDescription("Start of the process, in seconds since 1970.")
        .setUnit("s")
        .buildWithCallback(gauge -> gauge.record(runtime.getStartTime() / 1e3));
    meter
        .gaugeBuilder("process_uptime_seconds")
        .setDescription("Age of the process.")
        .setUnit("s")
        .buildWithCallback(gauge -> gauge.record(runtime.getUptime() / 1e3));
    meter
        .gaugeBuilder("process_resident_memory_bytes")
        .ofLongs()
        .setDescription("Memory of the process that is in RAM.")
        .setUnit("By")
        .buildWithCallback(ProcessGauges::resident);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os) {
      meter
          .counterBuilder("process_cpu_seconds")
          .ofDoubles()
          .setDescription("CPU time of the process.")
          .setUnit("s")
          .buildWithCallback(counter -> counter.record(os.getProcessCpuTime() / 1e9));
      meter
          .gaugeBuilder("process_open_fds")
          .ofLongs()
          .setDescription("Open file descriptors.")
          .buildWithCallback(gauge -> gauge.record(os.getOpenFileDescriptorCount()));
      meter
          .gaugeBuilder("process_max_fds")
          .ofLongs()
          .setDescription("The most file descriptors that can be open.")
          .buildWithCallback(gauge -> gauge.record(os.getMaxFileDescriptorCount()));
    }
  }

  /** Linux tells the resident pages, of 4 KiB, as the second number; elsewhere nothing is shown. */
  private static void resident(ObservableLongMeasurement gauge) {
    try {
      String pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1];
      gauge.record(Long.parseLong(pages) * 4096);
    } catch (IOException | RuntimeException e) {
      // Not Linux: the metric is absent.
    }
  }
}
