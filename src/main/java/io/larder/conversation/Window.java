package io.larder.conversation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a history goes into a request. System turns and the last turn always go; of the others,
 * whole ones are dropped from the oldest on until the rest fits, and then those before the first of
 * a user, since providers want a user to begin. Answers of which nothing has come do not count. An
 * image counts as {@link #IMAGE_BYTES}, however many bytes it has: providers charge it by its area.
 *
 * @param turns that go, in order
 * @param dropped how many did not fit
 */
public record Window(List<Turn> turns, int dropped) {
  /** About as much text as providers charge tokens for a large image, 1,600, at 4 bytes each. */
  static final int IMAGE_BYTES = 6_400;

  public Window {
    turns = List.copyOf(turns);
  }

  /**
   * The window over a history.
   *
   * @param bytesMax of UTF-8, of all contents together
   * @param before bytes that are spent already
   */
  static Window over(List<Turn> history, long bytesMax, long before) {
    var said = history.stream().filter(turn -> !isEmptyAnswer(turn)).toList();
    long left = bytesMax - before;
    for (var turn : said) {
      left -= isSystem(turn) ? bytes(turn) : 0;
    }
    int first = Math.max(0, said.size() - 1);
    left -= said.isEmpty() || isSystem(said.getLast()) ? 0 : bytes(said.getLast());
    while (first > 0 && (isSystem(said.get(first - 1)) || bytes(said.get(first - 1)) <= left)) {
      first--;
      left -= isSystem(said.get(first)) ? 0 : bytes(said.get(first));
    }
    while (first < said.size() - 1 && said.get(first).said().role() != Turn.Role.USER) {
      first++;
    }
    return cut(said, first);
  }

  private static Window cut(List<Turn> said, int first) {
    var kept = new ArrayList<Turn>();
    int dropped = 0;
    for (int i = 0; i < said.size(); i++) {
      if (i >= first || isSystem(said.get(i))) {
        kept.add(said.get(i));
      } else {
        dropped++;
      }
    }
    return new Window(kept, dropped);
  }

  private static boolean isSystem(Turn turn) {
    return turn.said().role() == Turn.Role.SYSTEM;
  }

  private static boolean isEmptyAnswer(Turn turn) {
    return turn.said().role() == Turn.Role.ASSISTANT && turn.said().content().isEmpty();
  }

  private static long bytes(Turn turn) {
    long images = turn.said().parts().stream().filter(Part.Image.class::isInstance).count();
    return turn.said().content().getBytes(StandardCharsets.UTF_8).length + images * IMAGE_BYTES;
  }
}
