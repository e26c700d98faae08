package io.larder.talk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.conversation.TestConversations;
import io.larder.conversation.Turn;
import io.larder.inference.Inference;
import io.larder.wire.AnthropicMessages;
import io.larder.wire.BadRequest;
import io.larder.wire.OpenAiChat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider is sent. */
final class PromptTest {
  private static final Inference.Chat OPENAI = new Inference.Chat(new OpenAiChat(), true);
  private static final Inference.Chat ANTHROPIC = new Inference.Chat(new AnthropicMessages(), true);

  private static Turn turn(Turn.Role role, String content) {
    var said = new Turn.Said(role, content, Turn.State.COMPLETE, Turn.About.NOTHING);
    return new Turn("id", "", 1, Instant.EPOCH, said);
  }

  private static Say say(String further) {
    return Say.parse(
        ("{\"content\":\"q\",\"model\":\"m\"" + further + "}").getBytes(StandardCharsets.UTF_8));
  }

  private static String prompt(Inference.Chat chat, Say say) {
    var window =
        TestConversations.all(
            turn(Turn.Role.SYSTEM, "turn"),
            turn(Turn.Role.USER, "a \"quote\""),
            turn(Turn.Role.ASSISTANT, "b"),
            turn(Turn.Role.USER, "q"));
    return new String(Prompt.of(chat, say, window), StandardCharsets.UTF_8);
  }

  private static final String DIALOGUE =
      "{\"role\":\"user\",\"content\":\"a \\\"quote\\\"\"},{\"role\":\"assistant\",\"content\":\"b\"},"
          + "{\"role\":\"user\",\"content\":\"q\"}]";

  @Test
  void openAi_isAChatForAStreamWithUsage() {
    assertThat(prompt(OPENAI, say(",\"system\":\"S\",\"temperature\":0.50,\"parent\":null")))
        .isEqualTo(
            "{\"temperature\":0.50,\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"S\\n\\nturn\"},"
                + DIALOGUE
                + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    assertThat(prompt(new Inference.Chat(new OpenAiChat(), false), say("")))
        .doesNotContain("stream_options");
  }

  @Test
  void anthropic_isAMessageWithABound() {
    assertThat(prompt(ANTHROPIC, say("")))
        .isEqualTo(
            "{\"model\":\"m\",\"max_tokens\":4096,\"system\":\"turn\",\"messages\":["
                + DIALOGUE
                + ",\"stream\":true}");
    assertThat(prompt(ANTHROPIC, say(",\"max_tokens\":7"))).contains("\"max_tokens\":7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "{}",
        "{\"content\":\"x\"}",
        "{\"content\":[],\"model\":\"m\"}",
        "{\"content\":\"x\",\"model\":\"m\",\"n\":2}",
        "{\"content\":\"x\",\"model\":\"m\",\"messages\":null}",
        "{\"content\":\"x\",\"model\":\"m\",\"stream_options\":{}}",
        "{\"content\":\"x\",\"model\":\"m\",\"system\":[]}"
      })
  void parse_badInput_isRefused(String body) {
    assertThatThrownBy(() -> Say.parse(body.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(BadRequest.class);
  }

  @Test
  void parse_parent_isNamedOrTheTopOrNothing() {
    assertThat(say("").parent()).isEmpty();
    assertThat(say(",\"parent\":null").parent()).contains("");
    assertThat(say(",\"parent\":\"x\"").parent()).contains("x");
  }
}
