package io.larder.jcache;

import static io.larder.jcache.EntriesContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.jcache.Change.Condition;
import it.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Notes that wait, between requests of the same session on several threads and nodes. */
final class AccessesTest {
  private static final Place HEAD = Place.head("larder:1:session:{id}:app");
  private static final Duration ALL = Duration.ZERO;

  /** What stands behind a colon is the time, and a text without one is a time. */
  static final Accesses.Times TIMES =
      new Accesses.Times() {
        @Override
        public boolean areSame(byte[] one, byte[] other) {
          return time(one).equals(time(other));
        }

        @Override
        public byte[] stamped(byte[] session) {
          return bytes(text(session) + " stamped");
        }

        private static String time(byte[] session) {
          return text(session).substring(text(session).indexOf(':') + 1);
        }
      };

  private long now;
  private final MemoryEntries memory = new MemoryEntries(() -> 1);
  private final Accesses accesses = new Accesses(memory, TIMES, () -> now);

  @BeforeEach
  void session() {
    memory.change(HEAD, Change.set(Condition.ANY, bytes("0"), 1_000, 1_000));
  }

  @AfterEach
  void close() {
    accesses.close();
  }

  private static Change replace(String before, String after) {
    return Change.replace(bytes(before), bytes(after), 1_000);
  }

  private boolean keep(String before, String after) {
    return accesses.keep(HEAD, replace(before, after).asAccess());
  }

  private boolean change(Change change) {
    return memory.change(HEAD, accesses.merged(HEAD, change).change()).done();
  }

  private String shown() {
    return text(accesses.shown(HEAD, memory.look(HEAD.key())).field(HEAD.field()));
  }

  private String stored() {
    return text(memory.get(HEAD));
  }

  private static String text(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void note_waits_isShownHereAndWrittenLater() {
    keep("0", "1");
    assertThat(shown()).isEqualTo("1");
    assertThat(stored()).isEqualTo("0");
    accesses.write(Accesses.WAIT);
    assertThat(stored()).as("not yet due").isEqualTo("0");
    now = Accesses.WAIT.toNanos();
    accesses.write(Accesses.WAIT);
    assertThat(stored()).isEqualTo("1");
    assertThat(shown()).isEqualTo("1");
  }

  @Test
  void notes_ofTheSameSession_waitNoLongerThanTheFirst() {
    keep("0", "1");
    now = Accesses.WAIT.toNanos() - 1;
    keep("1", "2");
    now++;
    accesses.write(Accesses.WAIT);
    assertThat(stored()).isEqualTo("2");
  }

  @Test
  void notes_ofTwoThreadsThatReadTheSame_theLaterOneIsWritten() {
    keep("0", "1");
    keep("0", "2");
    assertThat(shown()).isEqualTo("2");
    accesses.write(ALL);
    assertThat(stored()).isEqualTo("2");
  }

  @Test
  void write_ofTheFirstOfTwoThreads_isToldThatOthersWereFaster() {
    keep("0", "1");
    keep("0", "2");
    assertThat(change(replace("1", "first")))
        .as("superseded: as if the other were there")
        .isFalse();
    assertThat(change(replace("2", "second"))).isTrue();
    assertThat(stored()).isEqualTo("second");
  }

  @Test
  void note_othersHaveChangedTheSession_isNotShownNorWritten() {
    keep("0", "1");
    memory.change(HEAD, replace("0", "theirs"));
    assertThat(shown()).isEqualTo("theirs");
    keep("theirs", "2");
    accesses.write(ALL);
    assertThat(stored()).isEqualTo("2");
  }

  @Test
  void note_sessionIsGone_doesNotBringItBack() {
    keep("0", "1");
    memory.change(HEAD, Change.remove());
    assertThat(shown()).isEmpty();
    accesses.write(ALL);
    assertThat(stored()).isEmpty();
  }

  @Test
  void note_othersHaveItsTime_isShownAndWrittenWithAnother() {
    keep("0", "1");
    memory.change(HEAD, replace("0", "theirs:1"));
    assertThat(shown())
        .as("or what this server has would be good for it")
        .isEqualTo("theirs:1 stamped");
    accesses.write(ALL);
    assertThat(stored()).isEqualTo("theirs:1 stamped");
  }

  @Test
  void note_othersHaveItsTime_isWrittenWithAnotherIfNobodyLooksBefore() {
    keep("0", "1");
    memory.change(HEAD, replace("0", "theirs:1"));
    accesses.write(ALL);
    assertThat(stored()).isEqualTo("theirs:1 stamped");
    assertThat(shown()).isEqualTo("theirs:1 stamped");
  }

  @Test
  void merged_sayWhetherTheTimeGoesAlong() {
    assertThat(accesses.merged(HEAD, replace("0", "2")).noted()).isFalse();
    keep("0", "1");
    assertThat(accesses.merged(HEAD, replace("0", "2")).noted()).as("of another thread").isFalse();
    keep("0", "1");
    assertThat(accesses.merged(HEAD, replace("1", "2")).noted()).isTrue();
    keep("0", "1");
    accesses.write(ALL);
    assertThat(accesses.merged(HEAD, replace("1", "2")).noted()).as("written before").isFalse();
  }

  @Test
  void remove_takesTheNote() {
    keep("0", "1");
    assertThat(change(Change.remove())).isTrue();
    memory.change(HEAD, Change.set(Condition.ANY, bytes("0"), 1_000, 1_000));
    accesses.write(ALL);
    assertThat(stored()).as("another session, that happens to look the same").isEqualTo("0");
  }

  @Test
  void notes_tooMany_areRefusedButOfThoseThatWait() {
    for (int i = 0; i < Accesses.NOTES_MAX; i++) {
      var other = Place.head("larder:1:session:{" + i + "}:app");
      assertThat(accesses.keep(other, replace("0", "1").asAccess())).isTrue();
    }
    assertThat(keep("0", "1")).isFalse();
    var waiting = Place.head("larder:1:session:{7}:app");
    assertThat(accesses.keep(waiting, replace("1", "2").asAccess())).isTrue();
    accesses.write(ALL);
    assertThat(keep("0", "1")).isTrue();
  }

  @Test
  void close_writesWhatIsLeftAndKeepsNoMore() {
    keep("0", "1");
    accesses.close();
    assertThat(stored()).isEqualTo("1");
    assertThat(keep("1", "2")).isFalse();
  }

  @Test
  void note_isWrittenByItself() {
    try (var own = new Accesses(memory, TIMES, System::nanoTime)) {
      own.keep(HEAD, replace("0", "1").asAccess());
      Await.until("the note", () -> "1".equals(stored()));
    }
  }
}
