package dev.postern.llm;

/** Streams as providers send them. */
final class Streams {
  static final String REQUEST =
      "{\"model\":\"gpt-4.1-mini\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}\n";

  static final String FIRST = chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null");
  static final String USAGE =
      "data: {\"id\":\"c1\",\"model\":\"gpt-4.1-mini-2025-04-14\",\"choices\":[],\"usage\":"
          + "{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}\n\n";
  static final String CHUNKS =
      FIRST
          + chunk("{\"content\":\"Hel\"}", "null")
          + chunk("{\"content\":\"lo\"}", "null")
          + chunk("{}", "\"stop\"")
          + USAGE
          + "data: [DONE]\n\n";

  private Streams() {}

  static String chunk(String delta, String finishReason) {
    return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,"
        + "\"model\":\"gpt-4.1-mini-2025-04-14\",\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finishReason
        + "}],\"usage\":null}\n\n";
  }
}
