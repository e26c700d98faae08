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
import org.junit.jupiter.params.provider.CsvSource;
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
        "{\"content\":{},\"model\":\"m\"}",
        "{\"content\":\"x\",\"model\":\"m\",\"n\":2}",
        "{\"content\":\"x\",\"model\":\"m\",\"messages\":null}",
        "{\"content\":\"x\",\"model\":\"m\",\"stream_options\":{}}",
        "{\"content\":\"x\",\"model\":\"m\",\"system\":[]}"
      })
  void parse_badInput_isRefused(String body) {
    assertThatThrownBy(() -> Say.parse(body.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(BadRequest.class);
  }

  private static final String TEXT = "{\"type\":\"text\",\"text\":\"What?\"}";
  private static final String OPENAI_DATA =
      "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}";
  private static final String OPENAI_LINK =
      "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.org/a.png?b=c\"}}";
  private static final String ANTHROPIC_DATA =
      "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"AAAA\"}}";
  private static final String ANTHROPIC_LINK =
      "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://example.org/a.png?b=c\"}}";

  private static String promptOf(Inference.Chat chat, String parts) {
    var body = "{\"content\":[" + parts + "],\"model\":\"m\"}";
    var say = Say.parse(body.getBytes(StandardCharsets.UTF_8));
    var window =
        TestConversations.all(
            new Turn("id", "", 1, Instant.EPOCH, say.said()),
            turn(Turn.Role.ASSISTANT, "b"),
            turn(Turn.Role.USER, "q"));
    var prompt = new String(Prompt.of(chat, say(""), window), StandardCharsets.UTF_8);
    var begin = "\"messages\":[{\"role\":\"user\",\"content\":[";
    assertThat(prompt).contains(begin);
    int from = prompt.indexOf(begin) + begin.length();
    return prompt.substring(from, prompt.indexOf("]},{\"role\":\"assistant\"", from));
  }

  @Test
  void parts_ofTheSameWire_goAsTheyWere() {
    var detail = OPENAI_DATA.replace("AAAA\"", "AAAA\",\"detail\":\"low\"");
    var openAi = TEXT + "," + detail + "," + OPENAI_LINK;
    assertThat(promptOf(OPENAI, openAi)).isEqualTo(openAi);
    var cached = ",\"cache_control\":{\"type\":\"ephemeral\"}}";
    var anthropic =
        TEXT.replace("}", cached)
            + ","
            + ANTHROPIC_DATA
            + ","
            + ANTHROPIC_LINK.replace("}}", "}" + cached);
    assertThat(promptOf(ANTHROPIC, anthropic)).isEqualTo(anthropic);
  }

  @Test
  void parts_ofTheOtherWire_areTranslated() {
    var openAi = TEXT + "," + OPENAI_DATA + "," + OPENAI_LINK;
    var anthropic = TEXT + "," + ANTHROPIC_DATA + "," + ANTHROPIC_LINK;
    assertThat(promptOf(ANTHROPIC, openAi)).isEqualTo(anthropic);
    assertThat(promptOf(OPENAI, anthropic)).isEqualTo(openAi);
    var cached = TEXT.replace("}", ",\"cache_control\":{\"type\":\"ephemeral\"}}");
    assertThat(promptOf(OPENAI, cached)).isEqualTo(TEXT);
    var both = OPENAI_LINK.replace("}}", "},\"source\":{}}");
    assertThat(promptOf(ANTHROPIC, both)).as("type says what it is").isEqualTo(ANTHROPIC_LINK);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "7! content[1] must be an object",
        "{}! content[1].type must be a string",
        "{\"type\":\"video\"}! content[1].type must be text, image_url or image, was video",
        "{\"type\":\"text\"}! content[1].text must be a string",
        "{\"type\":\"text\",\"text\":\"\"}! content[1].text must be a string, not empty",
        "{\"type\":\"image_url\",\"image_url\":\"https://x/y\"}! content[1].image_url must be an object",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://x/y\"}}! content[1].image_url.url must be https",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"file:///etc/passwd\"}}! content[1].image_url.url must be https",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://\"}}! content[1].image_url.url is malformed",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png,x\"}}! content[1].image_url.url must be https",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:text/html;base64,AAAA\"}}! must be an image",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,A%\"}}! content[1].image_url.url is not base64",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,\"}}! content[1].image_url.url is not base64",
        "{\"type\":\"image\"}! content[1].source must be an object",
        "{\"type\":\"image\",\"source\":{\"type\":\"file\"}}! content[1].source.type must be base64 or url, was file",
        "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"data\":\"AAAA\"}}! content[1].source.media_type must be"
      })
  void parts_bad_areNamed(String part, String message) {
    var body = "{\"content\":[" + TEXT + "," + part + "],\"model\":\"m\"}";
    assertThatThrownBy(() -> Say.parse(body.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(BadRequest.class)
        .hasMessageContaining(message);
  }

  @Test
  void parse_parent_isNamedOrTheTopOrNothing() {
    assertThat(say("").parent()).isEmpty();
    assertThat(say(",\"parent\":null").parent()).contains("");
    assertThat(say(",\"parent\":\"x\"").parent()).contains("x");
  }
}
