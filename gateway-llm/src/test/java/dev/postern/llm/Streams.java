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

  static final String RESPONSES =
      """
      event: response.created
      data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","status":"in_progress","model":"gpt-5-2025","usage":null}}

      event: response.output_text.delta
      data: {"type":"response.output_text.delta","sequence_number":1,"delta":"Hi"}

      event: response.completed
      data: {"type":"response.completed","sequence_number":2,"response":{"id":"resp_1","status":"completed","model":"gpt-5-2025","usage":{"input_tokens":5,"output_tokens":3,"output_tokens_details":{"reasoning_tokens":1},"total_tokens":8}}}

      """;

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
