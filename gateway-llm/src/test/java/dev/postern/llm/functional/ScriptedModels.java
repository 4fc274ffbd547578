package dev.postern.llm.functional;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.exchange.Timers;
import dev.postern.core.spi.Policy;
import dev.postern.core.text.Secret;
import dev.postern.llm.LlmBackend;
import dev.postern.llm.functional.Caller.Answer;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A gateway in front of two scripted providers, the first preferred. */
final class ScriptedModels implements AutoCloseable {
  static final String CHAT = "/v1/chat/completions";
  static final String RESPONSES = "/v1/responses";
  static final String BUFFERED = "{\"model\":\"m\",\"messages\":[]}";
  static final String STREAMED = "{\"model\":\"m\",\"messages\":[],\"stream\":true}";
  static final String RESPONSE_STREAMED = "{\"model\":\"m\",\"input\":\"x\",\"stream\":true}";

  static final String ROLE = chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null");
  static final String HELLO = chunk("{\"content\":\"Hello\"}", "null");
  static final String STOP = chunk("{}", "\"stop\"");
  static final String USAGE =
      "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
          + "\"total_tokens\":11}}\n\n";
  static final String DONE = "data: [DONE]\n\n";

  final ScriptedProvider first = new ScriptedProvider();
  final ScriptedProvider second = new ScriptedProvider();
  final BlockingQueue<RequestRecord> records = new LinkedBlockingQueue<>();
  final Gateway gateway;

  ScriptedModels(Policy... policies) throws IOException {
    this(Timers.system(), policies);
  }

  ScriptedModels(Timers timers, Policy... policies) throws IOException {
    this(builder -> builder.timers(timers), policies);
  }

  ScriptedModels(UnaryOperator<GatewayBuilder> more, Policy... policies) throws IOException {
    LlmBackend backend =
        LlmBackend.builder()
            .group(provider("first", first))
            .group(provider("second", second))
            .build();
    gateway =
        more.apply(Gateway.builder())
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .requestListener(records::add)
            .route(
                "llm",
                route -> {
                  for (Policy policy : policies) {
                    route.policy(policy);
                  }
                  route.backend(backend);
                })
            .build()
            .start();
  }

  private static NamedProvider provider(String name, ScriptedProvider provider) {
    return NamedProvider.of(name, OpenAi.withKey(Secret.of("key-" + name)))
        .baseUrl(provider.baseUrl());
  }

  static String chunk(String delta, String finishReason) {
    return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,"
        + "\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finishReason
        + "}]}\n\n";
  }

  Answer stream(Caller caller) throws IOException {
    return caller.post(gateway, CHAT, STREAMED);
  }

  Answer chat(Caller caller) throws IOException {
    return caller.post(gateway, CHAT, BUFFERED);
  }

  /** Returns the record of the request that ended first of those not asked for yet. */
  RequestRecord record() throws InterruptedException {
    RequestRecord record = records.poll(10, TimeUnit.SECONDS);
    if (record == null) {
      throw new AssertionError("no request has ended");
    }
    return record;
  }

  @Override
  public void close() throws IOException {
    gateway.close(Duration.ZERO);
    first.close();
    second.close();
  }
}
