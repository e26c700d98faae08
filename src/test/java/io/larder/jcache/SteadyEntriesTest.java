package io.larder.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.jcache.Change.Condition;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.cache.CacheException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions whose store is out of reach. */
final class SteadyEntriesTest {
  private static final Place HEAD = Place.head("larder:1:session:{id}:app");
  private static final Place PART = Place.part("larder:1:session:{id}:app", "a");

  /** One for all tests, since a thread remembers. */
  private static final AtomicLong CLOCK = new AtomicLong();

  private final AtomicBoolean down = new AtomicBoolean();
  private final Entries store = new Failing();
  private final Entries steady = new SteadyEntries(store, CLOCK::get);

  /** Entries in memory that can be out of reach. */
  private final class Failing implements Entries {
    private final Entries memory = new MemoryEntries(() -> 1);

    private Entries reach() {
      if (down.get()) {
        throw new CacheException("down, says the test");
      }
      return memory;
    }

    @Override
    public byte @Nullable [] get(Place place) {
      return reach().get(place);
    }

    @Override
    public Seen look(String key) {
      return reach().look(key);
    }

    @Override
    public Change.Outcome change(Place place, Change change) {
      return reach().change(place, change);
    }

    @Override
    public void expire(Place place, long millis) {
      reach().expire(place, millis);
    }

    @Override
    public Page page(String pattern, String cursor) {
      return reach().page(pattern, cursor);
    }

    @Override
    public void close() {}
  }

  private void back() {
    down.set(false);
    CLOCK.addAndGet(SteadyEntries.PAUSE.toNanos());
  }

  /** Of another test on this thread, the store was down as well. */
  @BeforeEach
  void rest() {
    CLOCK.addAndGet(2 * SteadyEntries.PAUSE.toNanos());
  }

  private static Change set(Condition condition) {
    return Change.set(condition, EntriesContract.bytes("1"), 1_000, 1_000);
  }

  @Test
  void read_outOfReach_isAbsent() {
    steady.change(HEAD, set(Condition.ANY));
    down.set(true);
    assertThat(steady.get(HEAD)).isNull();
    assertThat(steady.look(HEAD.key()).field("head")).isNull();
    assertThat(steady.page("*", "").keys()).isEmpty();
    back();
    assertThat(steady.get(HEAD)).isNotNull();
  }

  @Test
  void write_outOfReach_isToldAsTheServerCanBearIt() {
    down.set(true);
    assertThat(steady.change(HEAD, set(Condition.ABSENT)).done()).isTrue();
    assertThat(steady.change(HEAD, set(Condition.PRESENT)).done()).isFalse();
    var replace =
        Change.replace(EntriesContract.bytes("1"), EntriesContract.bytes("2"), Change.LEAVE);
    assertThat(steady.change(HEAD, replace).done()).isFalse();
    back();
    assertThat(steady.get(HEAD)).isNull();
    assertThat(steady.change(PART, set(Condition.ANY)).done()).as("beside no session").isFalse();
  }

  @Test
  void remove_outOfReach_isDoneWhenTheStoreIsBack() {
    steady.change(HEAD, set(Condition.ANY));
    down.set(true);
    assertThat(steady.change(HEAD, Change.remove()).done()).isFalse();
    back();
    assertThat(steady.get(HEAD)).as("for this node").isNull();
    assertThat(steady.change(HEAD, set(Condition.PRESENT)).done()).isFalse();
    assertThat(steady.get(Place.head("larder:1:session:{other}:app"))).isNull();
    assertThat(store.get(HEAD)).as("for all").isNull();
  }

  @Test
  void read_outOfReachAMomentAgo_doesNotWaitAgain() {
    steady.change(HEAD, set(Condition.ANY));
    down.set(true);
    assertThat(steady.get(HEAD)).isNull();
    down.set(false);
    assertThat(steady.get(HEAD)).isNull();
    CLOCK.addAndGet(SteadyEntries.PAUSE.toNanos());
    assertThat(steady.get(HEAD)).isNotNull();
  }

  @Test
  void remove_tooManyOwed_throws() {
    down.set(true);
    for (int i = 0; i < SteadyEntries.OWED_MAX; i++) {
      steady.change(Place.head("larder:1:session:{" + i + "}:app"), Change.remove());
    }
    assertThatThrownBy(() -> steady.change(HEAD, Change.remove()))
        .isInstanceOf(CacheException.class);
  }
}
