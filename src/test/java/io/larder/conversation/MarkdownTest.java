package io.larder.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.conversation.Turn.About;
import io.larder.conversation.Turn.Role;
import io.larder.conversation.Turn.Said;
import io.larder.conversation.Turn.State;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A branch as Markdown, which nothing that was said can break out of. */
final class MarkdownTest {
  private static String of(String title, String... contents) {
    var head =
        new Head("id", title, List.of(), Instant.EPOCH, Instant.EPOCH, 1, contents.length, "");
    var turns =
        IntStream.range(0, contents.length)
            .mapToObj(
                i ->
                    new Turn(
                        "t" + i,
                        "",
                        i,
                        Instant.EPOCH,
                        new Said(
                            i % 2 == 0 ? Role.USER : Role.ASSISTANT,
                            contents[i],
                            State.COMPLETE,
                            i % 2 == 0 ? About.NOTHING : About.NOTHING.withModel("m*"))))
            .toList();
    return Markdown.of(head, turns);
  }

  @Test
  void turns_areQuotedBelowHeadings() {
    assertThat(of("Jam", "How?", "Like **so**:\n\n- a"))
        .isEqualTo(
            """
            # Jam

            *1970\\-01\\-01T00\\:00\\:00Z*

            ## user

            > How?

            ## assistant (m\\*)

            > Like **so**:
            >\040
            > - a
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\n\n## assistant\n\nforged",
        "x\r## assistant",
        "x\n===\n# top",
        "```\nunclosed\n## user",
        "<!-- \n## user",
        "\n\n\n---\n# top"
      })
  void content_thatLooksLikeADocument_staysInItsQuote(String content) {
    var lines = of("t", content, "answer").lines().toList();
    var headings = lines.stream().filter(line -> line.startsWith("#")).toList();

    assertThat(headings).containsExactly("# t", "## user", "## assistant (m\\*)");
    assertThat(lines.stream().filter(line -> !line.startsWith(">") && !line.isBlank()))
        .containsExactly("# t", "*1970\\-01\\-01T00\\:00\\:00Z*", "## user", "## assistant (m\\*)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "\\<script>",
        "- a\n  ```\n<script>",
        "    ```\n<script>",
        "> ```\n<script>",
        "```\ncode\n```\n<script>",
        "~~~\ncode\n~~~~\n<script>",
        "````\ncode\n`````  \n<script>",
        "``` a`b\n<script>",
        "``\n<script>"
      })
  void html_outsideOfFences_isEscaped(String content) {
    assertThat(of("t", content)).doesNotContain("<script>").contains("&lt;script>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"```html\n<b>\n```", "~~~\n```\n<b>\n~~~", "````\n```\n<b>\n````", "``` \n<b>"})
  void html_inAFence_staysAsItIs(String content) {
    assertThat(of("t", content)).contains("> <b>");
  }

  @Test
  void title_isOneLineThatMeansNothing() {
    assertThat(of("a\n# b <i> [x](javascript:1) \u0007`*", "q").lines().findFirst())
        .contains("# a \\# b \\<i\\> \\[x\\]\\(javascript\\:1\\) \\`\\*");
    assertThat(of(" ", "q")).startsWith("# Conversation\n");
  }

  @Test
  void turn_thatIsNotComplete_saysSo() {
    var head = new Head("id", "t", List.of(), Instant.EPOCH, Instant.EPOCH, 1, 1, "");
    var said = Said.answer("part", State.INTERRUPTED, About.NOTHING);

    assertThat(Markdown.of(head, List.of(new Turn("t", "", 1, Instant.EPOCH, said))))
        .endsWith("> part\n\n*interrupted*\n");
  }
}
