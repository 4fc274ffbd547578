package dev.postern.llm.usage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.json.JsonScan;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
  private static JsonScan json(String json) {
    return JsonScan.of(json.getBytes(UTF_8));
  }

  static List<Arguments> formats() {
    return List.of(
        argumentSet(
            "chat completions",
            "{'usage':{'prompt_tokens':10,'completion_tokens':7,'total_tokens':17,"
                + "'prompt_tokens_details':{'cached_tokens':4,'audio_tokens':2},"
                + "'completion_tokens_details':{'reasoning_tokens':5,'audio_tokens':1}}}",
            usage(10, 4, -1, 7, 5, 17, 2, 1)),
        argumentSet(
            "responses",
            "{'response':{'usage':{'input_tokens':10,'output_tokens':7,'total_tokens':17,"
                + "'input_tokens_details':{'cached_tokens':4,'cache_write_tokens':3},"
                + "'output_tokens_details':{'reasoning_tokens':5}}}}",
            usage(10, 4, 3, 7, 5, 17, -1, -1)),
        argumentSet(
            "Anthropic, whose cached tokens stand beside the input",
            "{'usage':{'input_tokens':10,'cache_read_input_tokens':4,"
                + "'cache_creation_input_tokens':3,'output_tokens':7}}",
            usage(17, 4, 3, 7, -1, -1, -1, -1)),
        argumentSet(
            "Bedrock",
            "{'metadata':{'usage':{'inputTokens':10,'outputTokens':7,'totalTokens':17,"
                + "'cacheReadInputTokens':4}}}",
            usage(14, 4, -1, 7, -1, 17, -1, -1)),
        argumentSet(
            "Gemini, whose thoughts stand beside the output",
            "{'usageMetadata':{'promptTokenCount':10,'candidatesTokenCount':7,"
                + "'thoughtsTokenCount':5,'totalTokenCount':22,'cachedContentTokenCount':4}}",
            usage(10, 4, -1, 12, 5, 22, -1, -1)),
        argumentSet(
            "DeepSeek",
            "{'usage':{'prompt_tokens':10,'completion_tokens':7,'prompt_cache_hit_tokens':4}}",
            usage(10, 4, -1, 7, -1, -1, -1, -1)),
        argumentSet(
            "Groq",
            "{'x_groq':{'usage':{'prompt_tokens':10,'completion_tokens':7}}}",
            usage(10, -1, -1, 7, -1, -1, -1, -1)),
        argumentSet(
            "no output but a larger total",
            "{'usage':{'prompt_tokens':10,'completion_tokens':0,'total_tokens':17}}",
            usage(10, -1, -1, 7, -1, 17, -1, -1)),
        argumentSet(
            "nonsense",
            "{'usage':{'prompt_tokens':-3,'completion_tokens':'7','total_tokens':1e99,"
                + "'prompt_tokens_details':5,'completion_tokens_details':null}}",
            usage(-1, -1, -1, -1, -1, -1, -1, -1)));
  }

  @ParameterizedTest
  @MethodSource
  void formats(String json, Usage expected) {
    assertThat(plain(Usage.in(json(json.replace('\'', '"'))))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"usage\":null}", "{\"usage\":{}}", "{\"usage\":[1,2]}"})
  void nothingIsNoUsage(String json) {
    assertThat(Usage.in(json(json))).isNull();
  }

  @Test
  void whatIsSaidLaterCountsAndSilenceTakesNothingBack() {
    Usage first = Usage.of(json("{\"input_tokens\":10,\"output_tokens\":1}"));
    Usage later = Usage.of(json("{\"output_tokens\":7}"));
    assertThat(plain(first.updatedBy(later))).isEqualTo(usage(10, -1, -1, 7, -1, -1, -1, -1));
  }

  @Test
  void detailsAreReadApart() {
    Usage usage =
        Usage.of(
            json(
                "{\"input_tokens\":10,\"cache_read_input_tokens\":4,\"output_tokens\":7,"
                    + "\"input_tokens_details\":{\"text_tokens\":6,\"image_tokens\":3},"
                    + "\"output_tokens_details\":{\"text_tokens\":5,\"image_tokens\":2}}"));
    assertThat(usage.input()).isEqualTo(14);
    assertThat(usage.details()).isEqualTo(new Usage.Details(10, 6, 3, 5, 2));
  }

  private static Usage usage(
      long input,
      long cacheRead,
      long cacheWrite,
      long output,
      long reasoning,
      long total,
      long inputAudio,
      long outputAudio) {
    return new Usage(
        input,
        cacheRead,
        cacheWrite,
        output,
        reasoning,
        total,
        inputAudio,
        outputAudio,
        Usage.Details.NONE);
  }

  private static Usage plain(Usage usage) {
    return usage(
        usage.input(),
        usage.cacheRead(),
        usage.cacheWrite(),
        usage.output(),
        usage.reasoning(),
        usage.total(),
        usage.inputAudio(),
        usage.outputAudio());
  }
}
