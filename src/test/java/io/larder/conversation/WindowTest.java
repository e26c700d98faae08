package io.larder.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.conversation.Turn.About;
import io.larder.conversation.Turn.Role;
import io.larder.conversation.Turn.Said;
import io.larder.conversation.Turn.State;
import io.larder.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a history goes into a request. */
final class WindowTest {
  /**
   * A history by letters: u says 10 bytes, a answers 10, s instructs with 10, e answers nothing.
   */
  private static List<Turn> history(String letters) {
    var turns = new ArrayList<Turn>();
    for (int i = 0; i < letters.length(); i++) {
      char letter = letters.charAt(i);
      var role = letter == 'u' ? Role.USER : letter == 's' ? Role.SYSTEM : Role.ASSISTANT;
      var content = letter == 'e' ? "" : letter + String.format("%09d", i);
      var said = new Said(role, content, State.COMPLETE, About.NOTHING);
      turns.add(new Turn("t" + i, "", i + 1L, Instant.EPOCH, said));
    }
    return turns;
  }

  private static String letters(Window window) {
    return window.turns().stream()
        .map(turn -> turn.said().content().substring(0, 1))
        .reduce("", String::concat);
  }

  @ParameterizedTest
  @CsvSource({
    "uauau, 100, uauau, 0",
    "uauau, 50, uauau, 0",
    "uauau, 49, uau, 2",
    "uauau, 30, uau, 2",
    "uauau, 29, u, 4",
    "uauau, 10, u, 4",
    "uauau, 0, u, 4",
    "suauau, 40, suau, 2",
    "suauau, 0, su, 4",
    "usau, 20, su, 2",
    "ueuau, 40, uuau, 0",
    "uuu, 20, uu, 1",
    "s, 0, s, 0",
    "au, 100, u, 1",
  })
  void over_aBound_dropsWholeTurnsFromTheOldest(
      String history, int bytes, String sent, int dropped) {
    var window = Window.over(history(history), bytes, 0);

    assertThat(letters(window)).isEqualTo(sent);
    assertThat(window.dropped()).isEqualTo(dropped);
  }

  @Test
  void over_whatIsSpentAlready_leavesLess() {
    assertThat(letters(Window.over(history("uauau"), 50, 20))).isEqualTo("uau");
    assertThat(letters(Window.over(history("uauau"), 50, 1_000))).isEqualTo("u");
    assertThat(Window.over(List.of(), 50, 0).turns()).isEmpty();
  }

  @Test
  void over_images_countByTheirNumber() {
    var url = "data:image/png;base64," + "A".repeat(400_000);
    var object = new Json.Obj(List.of(new Json.Member("url", new Json.Str(url))));
    var image =
        new Json.Obj(
            List.of(
                new Json.Member("type", new Json.Str("image_url")),
                new Json.Member("image_url", object)));
    var turns = new ArrayList<Turn>();
    turns.add(new Turn("x", "", 1, Instant.EPOCH, Said.user(Part.list(List.of(image, image)))));
    turns.addAll(history("au"));

    assertThat(Window.over(turns, 2 * Window.IMAGE_BYTES + 20, 0).turns()).hasSize(3);
    assertThat(Window.over(turns, 2 * Window.IMAGE_BYTES + 19, 0).turns()).hasSize(1);
  }

  @Test
  void over_bytesNotCharacters_count() {
    var long1 = new Said(Role.USER, "ü".repeat(10), State.COMPLETE, About.NOTHING);
    var turns = new ArrayList<>(List.of(new Turn("x", "", 1, Instant.EPOCH, long1)));
    turns.addAll(history("u"));

    assertThat(Window.over(turns, 29, 0).dropped()).isEqualTo(1);
    assertThat(Window.over(turns, 30, 0).dropped()).isZero();
  }

  /** What always holds, for histories of any kind. */
  @Test
  void over_anyHistory_keepsSystemAndTheLastAndASuffix() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      var letters = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        letters.append("uuaasE".toLowerCase(Locale.ROOT).charAt(random.nextInt(6)));
      }
      letters.append('u');
      var turns = history(letters.toString());
      int bound = random.nextInt(150);
      var window = Window.over(turns, bound, 0);
      var as = "seed " + seed + ": " + letters + " in " + bound;

      assertThat(window.turns()).as(as).contains(turns.getLast());
      assertThat(letters(window).chars().filter(c -> c == 's').count())
          .as(as)
          .isEqualTo(letters.chars().filter(c -> c == 's').count());
      long bytes = window.turns().stream().mapToLong(turn -> turn.said().content().length()).sum();
      long always = 10 + 10 * letters.chars().filter(c -> c == 's').count();
      assertThat(bytes).as(as).isLessThanOrEqualTo(Math.max(bound, always));
      var dialogue = letters(window).replace("s", "");
      assertThat(letters.toString().replace("s", "").replace("e", "")).as(as).endsWith(dialogue);
      assertThat(dialogue).as(as).startsWith("u");
    }
  }
}
