package io.larder.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** What a store of sessions does, wherever it is. */
abstract class SessionStoreContract {
  private static final BrowserSession.Span SPAN =
      new BrowserSession.Span(Duration.ofMinutes(10), Duration.ofHours(1));
  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

  private final String subject = "t/u-" + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);

  abstract SessionStore store();

  private static BrowserSession session(Instant begun, Instant used) {
    var id = new byte[16];
    ThreadLocalRandom.current().nextBytes(id);
    return new BrowserSession(
        HexFormat.of().formatHex(id), begun, used, "2001:db8::1", "\"Fire\u00fc} fox\\ 1 2 {");
  }

  private BrowserSession keep(Instant begun, Instant used) {
    var session = session(begun, used);
    store().keep(subject, session, SPAN);
    return session;
  }

  @Test
  void find_kept_isWhatWasKept() {
    var session = keep(NOW, NOW);

    assertThat(store().find(subject, session.id())).contains(session);
    assertThat(store().find(subject + "x", session.id())).isEmpty();
    assertThat(store().find(subject, "0".repeat(32))).isEmpty();
    assertThat(store().of(subject)).containsExactly(session);
  }

  @Test
  void remove_kept_isGoneOnce() {
    var session = keep(NOW, NOW);
    var other = keep(NOW, NOW);

    assertThat(store().remove(subject + "x", session.id())).isFalse();
    assertThat(store().remove(subject, session.id())).isTrue();
    assertThat(store().remove(subject, session.id())).isFalse();
    store().used(subject, session.id(), NOW.plusSeconds(1));
    assertThat(store().of(subject)).containsExactly(other);
  }

  @Test
  void used_kept_isToldAndNothingElseChanges() {
    var session = keep(NOW, NOW);
    store().used(subject, session.id(), NOW.plusSeconds(90));

    assertThat(store().find(subject, session.id()))
        .isEqualTo(
            Optional.of(
                new BrowserSession(
                    session.id(), NOW, NOW.plusSeconds(90), session.address(), session.agent())));
  }

  @Test
  void keep_whatIsOver_goes() {
    keep(NOW.minus(Duration.ofHours(2)), NOW.minusSeconds(1));
    keep(NOW.minus(Duration.ofMinutes(30)), NOW.minus(Duration.ofMinutes(13)));
    var idle = keep(NOW.minus(Duration.ofMinutes(30)), NOW.minus(Duration.ofMinutes(11)));
    var session = keep(NOW, NOW);

    assertThat(store().of(subject)).containsExactlyInAnyOrder(idle, session);
  }

  @Test
  void keep_tooMany_theLeastUsedGoes() {
    var least = keep(NOW, NOW.minusSeconds(30));
    for (int i = 1; i < BrowserSession.PER_USER_MAX; i++) {
      keep(NOW, NOW.minusSeconds(10));
    }
    assertThat(store().of(subject)).hasSize(BrowserSession.PER_USER_MAX).contains(least);
    var last = keep(NOW, NOW);

    assertThat(store().of(subject))
        .hasSize(BrowserSession.PER_USER_MAX)
        .contains(last)
        .doesNotContain(least);
  }
}
