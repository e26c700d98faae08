package io.larder.conversation;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A branch as Markdown (CommonMark). Each turn is a block quote of its own, every line of which is
 * marked, so that no turn can look like another one, or like a heading of the document. No HTML
 * that is in a turn is HTML in the document: {@code <} is escaped but in fenced code, where it
 * means nothing. A fence opens only at the beginning of a line, where no list can end it early.
 *
 * @see <a href="https://spec.commonmark.org/0.31.2/">CommonMark 0.31.2</a>
 */
public final class Markdown {
  private static final Pattern OPENING = Pattern.compile("(`{3,})[^`]*|(~{3,}).*");
  private static final Pattern PUNCTUATION = Pattern.compile("([\\p{Punct}])");

  private Markdown() {}

  /** A conversation's title and those turns. */
  public static String of(Head head, List<Turn> turns) {
    var text = new StringBuilder("# ").append(inline(title(head))).append("\n\n");
    text.append("*").append(inline(head.created().toString())).append("*\n");
    for (var turn : turns) {
      text.append("\n## ").append(by(turn)).append("\n\n").append(quoted(content(turn.said())));
      if (turn.said().state() != Turn.State.COMPLETE) {
        text.append("\n*").append(inline(TurnJson.word(turn.said().state()))).append("*\n");
      }
    }
    return text.toString();
  }

  /** The text, and where images are what they are. All is quoted at once, as fences may go on. */
  private static String content(Turn.Said said) {
    if (said.parts().isEmpty()) {
      return said.content();
    }
    return said.parts().stream()
        .map(
            part ->
                switch (part) {
                  case Part.Text text -> text.text();
                  case Part.Image image -> inline("[image: " + source(image.source()) + "]");
                })
        .collect(Collectors.joining("\n\n"));
  }

  private static String source(Part.Source source) {
    return switch (source) {
      case Part.Inline inline -> inline.mediaType();
      case Part.Linked linked -> linked.url();
    };
  }

  private static String title(Head head) {
    return head.title().isBlank() ? "Conversation" : head.title();
  }

  private static String by(Turn turn) {
    var model = turn.said().about().model();
    var role = TurnJson.word(turn.said().role());
    return model.isEmpty() ? role : role + " (" + inline(model) + ")";
  }

  /** One line of text that means nothing but itself. */
  private static String inline(String text) {
    return PUNCTUATION
        .matcher(text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip())
        .replaceAll("\\\\$1");
  }

  private static String quoted(String content) {
    var quoted = new StringBuilder();
    var fence = "";
    for (var line : content.split("\\R", -1)) {
      boolean isCode = !fence.isEmpty();
      fence = isCode ? stillOpen(fence, line) : opened(line);
      quoted.append("> ").append(isCode ? line : line.replace("<", "&lt;")).append('\n');
    }
    return quoted.toString();
  }

  /** The fence that a line opens; empty = none. */
  private static String opened(String line) {
    var opening = OPENING.matcher(line);
    if (!opening.matches()) {
      return "";
    }
    return opening.group(1) == null ? opening.group(2) : opening.group(1);
  }

  /** The fence after a line; empty if the line closes it. */
  private static String stillOpen(String fence, String line) {
    var end = line.strip();
    boolean closes =
        end.length() >= fence.length() && end.replace(fence.substring(0, 1), "").isEmpty();
    return closes ? "" : fence;
  }
}
