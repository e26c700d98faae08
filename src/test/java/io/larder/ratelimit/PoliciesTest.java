package io.larder.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Policies as operators write them. */
final class PoliciesTest {
  @Test
  void parse_allKinds_areRead() {
    var policies =
        Policies.parse(
            "user",
            "requests=60;w=60, day?tokens=1000000;w=86400;model=gpt-*;shadow , concurrent=4");

    assertThat(policies)
        .containsExactly(
            new Policy(
                "user-requests", Unit.REQUESTS, 60, Duration.ofMinutes(1), Optional.empty(), false),
            new Policy(
                "day", Unit.TOKENS, 1_000_000, Duration.ofDays(1), Optional.of("gpt-*"), true),
            new Policy(
                "user-concurrent", Unit.CONCURRENT, 4, Duration.ZERO, Optional.empty(), false));
  }

  @Test
  void parse_nothing_isNone() {
    assertThat(Policies.parse("user", "")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "request=60;w=60                       | 1  | no known unit",
        "requests=0;w=60                       | 1  | from 1 to",
        "requests=-5;w=60                      | 1  | was '-5'",
        "requests=1.5;w=60                     | 1  | was '1.5'",
        "requests=99999999999999999999;w=60    | 1  | whole number",
        "requests=1000000000001;w=60           | 1  | from 1 to 1000000000000",
        "requests=60                           | 1  | w, the window in seconds, is missing",
        "requests=60;w=0                       | 13 | from 1 to 2678400",
        "requests=60;w=2678401                 | 13 | from 1 to 2678400",
        "requests=60;w=1m                      | 13 | was '1m'",
        "requests=60;w=60;w=70                 | 18 | given twice",
        "requests=60;w=60;burst=3              | 18 | unknown: 'burst'",
        "requests=60;w=60;tokens=3             | 18 | one policy counts one unit",
        "requests=60;w=60;shadow=maybe         | 18 | shadow has no value",
        "requests=60;w=60, requests=900;w=3600 | 19 | two policies are named user-requests",
        "requests=60;w=60,,concurrent=2        | 18 | a policy is missing",
        "Big!?requests=60;w=60                 | 1  | a name is",
        "concurrent=4;w=60                     | 14 | unknown: 'w'",
      })
  void parse_mistake_isToldWithItsPosition(String text, int position, String why) {
    assertThatThrownBy(() -> Policies.parse("user", text))
        .isInstanceOf(Policies.Malformed.class)
        .hasMessageStartingWith("at character " + position + ":")
        .hasMessageContaining(why);
  }

  @Test
  void concerns_glob_matchesModels() {
    var policy = Policies.parse("user", "tokens=9;w=1;model=gpt-?.*").getFirst();
    assertThat(policy.concerns("gpt-4.1")).isTrue();
    assertThat(policy.concerns("gpt-41")).isFalse();
  }
}
