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

  @ParameterizedTest
  @CsvSource({
    "*,       a*b?,   true",
    "gpt-*,   gpt-4*, true",
    "gpt-*,   gpt-4,  true",
    "gpt-4*,  gpt-*,  false",
    "gpt-?,   gpt-*,  false",
    "gpt-?,   gpt-?,  true",
    "a?*,     a*,     false",
    "demo,    demo,   true",
    "demo,    demo*,  false"
  })
  void covers_starsAndMarks(String glob, String other, boolean covers) {
    assertThat(new Glob(glob).covers(new Glob(other))).isEqualTo(covers);
  }

  /** Goal: what is said to be covered is, for every name there is of a small alphabet. */
  @Test
  void covers_anyGlob_neverMatchesLess() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    int covered = 0;
    for (int i = 0; i < 20_000; i++) {
      var one = new Glob(random(random, "ab*?", 5));
      var other = new Glob(random(random, "ab*?", 5));
      if (one.covers(other)) {
        covered++;
        for (int j = 0; j < 200; j++) {
          var name = random(random, "ab", 7);
          assertThat(other.matches(name) && !one.matches(name))
              .as("%s covers %s, not %s (seed %d)", one, other, name, seed)
              .isFalse();
        }
      }
    }
    assertThat(covered).isGreaterThan(1_000);
  }

  private static String random(Random random, String alphabet, int lengthMax) {
    var text = new StringBuilder();
    for (int n = random.nextInt(lengthMax + 1); n > 0; n--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
