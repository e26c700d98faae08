package io.larder.jcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the server's list says of how long a session lives, and when it was used. */
final class SessionLivesTest {
  private final Lives<Object> lives =
      new SessionLives<>(
          Duration.ofDays(1),
          Duration.ofMinutes(10),
          InstantSource.fixed(Instant.ofEpochMilli(5_000)));

  private static List<Object> session(long used, int idleSeconds) {
    return new ArrayList<>(Arrays.asList(1L, used, idleSeconds, (short) 0, null));
  }

  @ParameterizedTest
  @CsvSource({"60,660000", "0,600000", "-1,86400000"})
  void life_isIdleTimeAndSlack(int idleSeconds, long millis) {
    assertThat(lives.created(session(2, idleSeconds))).isEqualTo(millis);
    assertThat(lives.updated(session(2, idleSeconds))).isEqualTo(millis);
    assertThat(lives.accessed()).isEqualTo(Change.LEAVE);
  }

  @Test
  void access_isAnotherTimeOfUseAndNothingElse() {
    assertThat(lives.isAccess(session(2, 60), session(3, 60))).isTrue();
    assertThat(lives.isAccess(session(2, 60), session(2, 61))).isFalse();
    assertThat(lives.isAccess(session(2, 60), session(3, 61))).as("and more").isFalse();
  }

  @ParameterizedTest
  @CsvSource({"2,6000", "5000,6000", "6000,6001", "7000,7001"})
  void stamped_isUsedAtAnotherTimeToCome(long used, long stamped) {
    var session = session(used, 60);
    assertThat(lives.stamped(session)).isEqualTo(session(stamped, 60));
    assertThat(session).as("not changed itself").isEqualTo(session(used, 60));
  }

  @Test
  void whatIsNoSession_livesAsOneThatNeverExpires() {
    assertThat(lives.updated("text")).isEqualTo(86_400_000);
    assertThat(lives.stamped("text")).isEqualTo("text");
    assertThat(lives.isAccess("text", "text")).isFalse();
  }
}
