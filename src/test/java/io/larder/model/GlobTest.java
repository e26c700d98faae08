package io.larder.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "*,       anything, true",
    "*,       '',       true",
    "'',      '',       true",
    "'',      a,        false",
    "gpt-4*,  gpt-4o,   true",
    "gpt-4*,  gpt-3,    false",
    "gpt-?,   gpt-4,    true",
    "gpt-?,   gpt-,     false",
    "*mini,   o4-mini,  true",
    "a*b*c,   a-b-b-c,  true",
    "a*b*c,   a-c-b,    false",
    "a.c,     abc,      false",
    "a**b,    ab,       true",
    "?*,      '',       false"
  })
  void matches_starsAndMarks(String glob, String name, boolean matches) {
    assertThat(new Glob(glob).matches(name)).isEqualTo(matches);
  }

  /** A regular expression is the obvious version. */
  @Test
  void matches_anyGlob_asARegularExpressionDoes() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      var glob = text(random, "ab*?", 6);
      var name = text(random, "ab", 8);
      var regex = Pattern.compile(glob.replace("*", ".*").replace('?', '.'));
      assertThat(new Glob(glob).matches(name))
          .as("%s %s, seed %d", glob, name, seed)
          .isEqualTo(regex.matcher(name).matches());
    }
  }

  private static String text(Random random, String letters, int lengthMax) {
    var text = new StringBuilder();
    for (int i = random.nextInt(lengthMax + 1); i > 0; i--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  /** Users name models, and give their keys limits with globs. */
  @Test
  void matches_manyStarsAndALongName_takesNoTime() {
    var glob = new Glob("*a".repeat(200) + "*b");
    var name = "a".repeat(4_000);
    assertTimeoutPreemptively(
        Duration.ofSeconds(2), () -> assertThat(glob.matches(name)).isFalse());
  }
}
