package io.larder.jcache;

import static io.larder.jcache.EntriesContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.jcache.Change.Condition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request's use of its session, in the order the server has it, and what it costs. */
final class VisitedEntriesTest {
  private static final Place HEAD = Place.head("larder:1:session:{id}:app");
  private static final Place A = Place.part("larder:1:session:{id}:app", "a");
  private static final Place B = Place.part("larder:1:session:{id}:app", "b");
  private long now;
  private final List<String> commands = new ArrayList<>();
  private final Entries memory = new MemoryEntries(() -> 1);
  private final Entries visited = new VisitedEntries(new Counted(), () -> now);

  private final class Counted implements Entries {
    @Override
    public byte @Nullable [] get(Place place) {
      commands.add("get");
      return memory.get(place);
    }

    @Override
    public Seen look(String key) {
      commands.add("look");
      return memory.look(key);
    }

    @Override
    public Change.Outcome change(Place place, Change change) {
      commands.add("change");
      return memory.change(place, change);
    }

    @Override
    public void expire(Place place, long millis) {
      commands.add("expire");
    }

    @Override
    public Page page(String pattern, String cursor) {
      return memory.page(pattern, cursor);
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void session() {
    memory.change(HEAD, set("0"));
    memory.change(A, set("a0"));
  }

  private static Change set(String value) {
    return Change.set(Condition.ANY, bytes(value), 1_000, 1_000);
  }

  private boolean replace(String before, String after) {
    return visited.change(HEAD, Change.replace(bytes(before), bytes(after), 1_000)).done();
  }

  @Test
  void request_readingAndWriting_isThreeCommands() {
    assertThat(visited.get(HEAD)).isEqualTo(bytes("0"));
    assertThat(replace("0", "1")).isTrue();
    assertThat(visited.get(A)).isEqualTo(bytes("a0"));
    assertThat(visited.get(B)).isNull();
    visited.change(A, set("a1"));
    visited.change(B, set("b1"));
    assertThat(visited.get(A)).isEqualTo(bytes("a1"));
    assertThat(memory.get(A)).as("not yet").isEqualTo(bytes("a0"));
    assertThat(visited.get(HEAD)).isEqualTo(bytes("1"));
    assertThat(replace("1", "2")).isTrue();
    assertThat(memory.get(A)).isEqualTo(bytes("a1"));
    assertThat(memory.get(B)).isEqualTo(bytes("b1"));
    assertThat(visited.get(HEAD)).isEqualTo(bytes("2"));
    assertThat(replace("2", "2")).isTrue();

    assertThat(commands).containsExactly("look", "change", "change");
  }

  @Test
  void request_readingOnly_isTwoCommandsAndTheNextBeginsAnew() {
    for (int i = 0; i < 2; i++) {
      commands.clear();
      assertThat(visited.get(HEAD)).isEqualTo(bytes("" + i));
      assertThat(replace("" + i, "" + (i + 1))).isTrue();
      assertThat(visited.get(A)).isEqualTo(bytes("a0"));
      assertThat(commands).containsExactly("look", "change");
    }
    memory.change(HEAD, Change.remove());
    assertThat(visited.get(HEAD)).isNull();
  }

  @Test
  void write_othersWereFaster_isTriedAgainWithWhatIsThere() {
    visited.get(HEAD);
    visited.change(B, set("b1"));
    memory.change(HEAD, set("theirs"));
    assertThat(replace("0", "1")).isFalse();
    assertThat(memory.get(B)).isNull();
    assertThat(visited.get(HEAD)).isEqualTo(bytes("theirs"));
    assertThat(replace("theirs", "ours")).isTrue();
    assertThat(memory.get(B)).isEqualTo(bytes("b1"));
  }

  @Test
  void write_sessionGone_writesNothing() {
    visited.get(HEAD);
    visited.change(B, set("b1"));
    memory.change(HEAD, Change.remove());
    assertThat(replace("0", "1")).isFalse();
    assertThat(visited.get(HEAD)).isNull();
    memory.change(HEAD, set("another"));
    assertThat(visited.get(HEAD)).isEqualTo(bytes("another"));
    assertThat(replace("another", "2")).isTrue();
    assertThat(memory.get(B)).isNull();
  }

  @Test
  void write_leftForAnotherSession_isNotWrittenThere() {
    visited.change(B, set("b1"));
    var other = Place.head("larder:1:session:{other}:app");
    memory.change(other, set("0"));
    visited.get(other);
    visited.change(other, Change.replace(bytes("0"), bytes("1"), 1_000));
    visited.get(HEAD);
    assertThat(replace("0", "1")).isTrue();
    assertThat(memory.get(B)).isNull();
    assertThat(memory.get(Place.part(other.key(), "b"))).isNull();
  }

  @Test
  void remove_session_takesItsAttributesWithoutAsking() {
    visited.get(HEAD);
    visited.change(HEAD, Change.remove());
    visited.change(A, Change.remove());
    visited.change(B, Change.remove());
    assertThat(commands).containsExactly("look", "change");
    assertThat(visited.get(HEAD)).isNull();
  }

  @Test
  void remove_attribute_isWrittenWithTheSession() {
    visited.get(HEAD);
    visited.change(A, Change.remove());
    assertThat(visited.get(A)).isNull();
    assertThat(memory.get(A)).isNotNull();
    assertThat(replace("0", "1")).isTrue();
    assertThat(memory.get(A)).isNull();
  }

  @Test
  void write_whatWasRead_isTwoCommandsAndLeavesWhatOthersHaveSet() {
    visited.get(HEAD);
    replace("0", "1");
    assertThat(visited.get(A)).isEqualTo(bytes("a0"));
    memory.change(A, set("theirs"));
    visited.change(A, set("a0"));
    visited.get(HEAD);
    assertThat(replace("1", "1")).isTrue();
    visited.get(HEAD);
    assertThat(replace("1", "1")).isTrue();
    assertThat(memory.get(A)).isEqualTo(bytes("theirs"));
    assertThat(commands).containsExactly("look", "change");
    visited.get(HEAD);
    assertThat(commands).as("the next request begins anew").hasSize(3).endsWith("look");
  }

  @Test
  void write_changedAndBack_isNotWritten() {
    visited.get(HEAD);
    visited.change(A, set("a1"));
    visited.change(A, set("a0"));
    memory.change(A, set("theirs"));
    assertThat(replace("0", "1")).isTrue();
    assertThat(memory.get(A)).isEqualTo(bytes("theirs"));
  }

  @Test
  void abandon_requestFailed_laterOneWritesNothingOfIt() {
    visited.get(HEAD);
    visited.change(A, set("a1"));
    visited.abandon();
    visited.get(HEAD);
    assertThat(replace("0", "1")).isTrue();
    assertThat(memory.get(A)).isEqualTo(bytes("a0"));
  }

  private boolean access(String before, String after) {
    return visited
        .change(HEAD, Change.replace(bytes(before), bytes(after), 1_000).asAccess())
        .done();
  }

  /** The server serialises an attribute itself, so that nobody is told here that it could not. */
  @Test
  void drafts_ofARequestThatFailed_theNextNeitherWritesNorReads() {
    visited.get(HEAD);
    access("0", "1");
    visited.change(A, set("a1"));
    visited.change(B, set("b1"));

    visited.get(HEAD);
    assertThat(access("1", "2")).isTrue();
    memory.change(A, set("theirs"));
    assertThat(visited.get(A)).isEqualTo(bytes("theirs"));
    assertThat(visited.get(B)).isNull();
    visited.change(B, set("b2"));
    visited.get(HEAD);
    assertThat(replace("2", "3")).isTrue();
    assertThat(memory.get(A)).isEqualTo(bytes("theirs"));
    assertThat(memory.get(B)).isEqualTo(bytes("b2"));
  }

  /** As above, where the session is gone meanwhile: the one that failed does not bring it back. */
  @Test
  void drafts_ofARequestThatFailed_sessionGone_isToldSo() {
    visited.get(HEAD);
    access("0", "1");
    visited.change(A, set("a1"));
    memory.change(HEAD, Change.remove());

    visited.get(HEAD);
    assertThat(access("1", "2")).isFalse();
    assertThat(visited.get(HEAD)).isNull();
  }

  @Test
  void drafts_tooOld_laterRequestWritesNothingOfThem() {
    visited.get(HEAD);
    visited.change(A, set("a1"));
    now = VisitedEntries.DRAFTS_LIFE.toNanos() + 1;
    visited.get(HEAD);
    assertThat(replace("0", "1")).isTrue();
    assertThat(memory.get(A)).isEqualTo(bytes("a0"));
  }
}
