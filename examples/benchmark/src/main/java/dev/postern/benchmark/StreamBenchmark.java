package dev.postern.benchmark;

import dev.postern.core.http.EventTooLargeException;
import dev.postern.core.http.SseFrames;
import dev.postern.llm.usage.LlmRecord;
import dev.postern.llm.usage.StreamWatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What an event of a stream costs: to cut it out, and to read along for usage and end. */
@State(Scope.Benchmark)
public class StreamBenchmark {
  private static final int EVENTS = 50;

  private final byte[] event = Upstream.EVENT_TEXT.getBytes(StandardCharsets.US_ASCII);

  /** Fifty events, each in a piece of its own. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public boolean relay() throws EventTooLargeException {
    SseFrames frames = new SseFrames();
    StreamWatch watch =
        new StreamWatch(StreamWatch.Format.COMPLETIONS, new LlmRecord("chat", 0), true);
    for (int i = 0; i < EVENTS; i++) {
      ByteBuffer whole = frames.push(ByteBuffer.wrap(event));
      if (whole != null) {
        watch.pass(whole, i);
      }
    }
    return watch.hasContent();
  }
}
