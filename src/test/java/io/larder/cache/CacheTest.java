package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.telemetry.Discarded;
import io.larder.valkey.ValkeyUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two nodes of one cache: what one does, the other sees, and what happens when it cannot. */
final class CacheTest {
  private static final Key KEY = new Key("chat", "k");
  private static final Label DOCS = new Label(Label.Kind.TAG, "docs");
  private static final Retention HOUR = Retention.of(Duration.ofHours(1));

  private Instant time = Instant.parse("2026-01-01T00:00:00Z");
  private long nanos;
  private final Shared shared = new Shared(new MemoryStore(1 << 20, () -> time));
  private final News news = new News(() -> time);
  private final Node here = new Node();
  private final Node there = new Node();

  /** One node. */
  private final class Node {
    final Near near = new Near(1 << 20, Duration.ofMinutes(1), () -> time);
    final Generations generations = new Generations(news, Optional.of(near), () -> nanos);
    final Cache cache =
        new Cache(
            shared,
            Optional.of(near),
            generations,
            Optional.empty(),
            () -> time,
            Discarded.telemetry());

    Node() {
      news.connect(generations, nanos);
    }

    Lookup find() {
      return cache.find(KEY);
    }

    Ticket ticket() {
      return cache.ticket(KEY, find(), List.of(DOCS));
    }

    boolean keep(int value) {
      return cache.keep(ticket(), new byte[] {(byte) value}, HOUR);
    }
  }

  @Test
  void find_justKept_asksNobody() {
    here.keep(1);
    int before = shared.finds;

    assertThat(value(here.find())).isEqualTo(1);
    assertThat(shared.finds).isEqualTo(before);
  }

  @Test
  void find_keptByAnotherNode_isFoundAndThenNear() {
    there.keep(1);

    assertThat(value(here.find())).isEqualTo(1);
    int before = shared.finds;
    assertThat(value(here.find())).isEqualTo(1);
    assertThat(shared.finds).isEqualTo(before);
  }

  @Test
  void find_replacedByAnotherNode_isTheNewValue() {
    here.keep(1);
    there.keep(2);

    assertThat(value(here.find())).isEqualTo(2);
  }

  @Test
  void find_removedByAnotherNode_isAbsent() {
    here.keep(1);
    there.cache.remove(KEY);

    assertThat(here.find()).isInstanceOf(Lookup.Absent.class);
  }

  @Test
  void find_tagInvalidatedByAnotherNode_isAbsentAndCanBeKeptAgain() {
    here.keep(1);
    there.cache.invalidate(DOCS);

    assertThat(here.find()).isInstanceOf(Lookup.Absent.class);
    assertThat(here.keep(2)).isTrue();
    assertThat(value(there.find())).isEqualTo(2);
  }

  @Test
  void find_otherTagInvalidated_isStillFound() {
    here.keep(1);
    there.cache.invalidate(new Label(Label.Kind.TAG, "other"));

    assertThat(value(here.find())).isEqualTo(1);
  }

  @Test
  void invalidate_everyKindOfLabel_kills() {
    for (var label : List.of(Label.EVERYTHING, new Label(Label.Kind.TYPE, "chat"), DOCS)) {
      here.keep(1);
      there.cache.invalidate(label);
      assertThat(here.find()).as(label.toString()).isInstanceOf(Lookup.Absent.class);
    }
  }

  @Test
  void keep_invalidatedWhileItWasMade_isDeadOnArrival() {
    var ticket = here.ticket();
    there.cache.invalidate(DOCS);
    here.cache.keep(ticket, new byte[] {1}, HOUR);

    assertThat(here.find()).isInstanceOf(Lookup.Absent.class);
    assertThat(there.find()).isInstanceOf(Lookup.Absent.class);
  }

  @Test
  void keep_removedWhileItWasMade_isNotKept() {
    var ticket = here.ticket();
    there.cache.remove(KEY);

    assertThat(here.cache.keep(ticket, new byte[] {1}, HOUR)).isFalse();
    assertThat(here.find()).isInstanceOf(Lookup.Absent.class);
  }

  @Test
  void keep_anotherNodeWasFaster_leavesItsValue() {
    var slow = here.ticket();
    there.keep(2);

    assertThat(here.cache.keep(slow, new byte[] {1}, HOUR)).isFalse();
    assertThat(value(here.find())).isEqualTo(2);
  }

  @Test
  void find_newsAreOld_asksTheStore() {
    here.keep(1);
    nanos += Generations.BELIEVED.toNanos();
    int before = shared.finds;

    assertThat(value(here.find())).isEqualTo(1);
    assertThat(shared.finds).isGreaterThan(before);
  }

  @Test
  void find_cutOffFromTheNewsOnly_seesInvalidationsByAsking() {
    here.keep(1);
    news.cutOff(here.generations);
    there.cache.invalidate(DOCS);

    assertThat(here.find()).isInstanceOf(Lookup.Absent.class);
  }

  @Test
  void find_afterReconnecting_servesNothingFromBefore() {
    here.keep(1);
    news.cutOff(here.generations);
    there.cache.invalidate(DOCS);
    news.connect(here.generations, nanos);

    assertThat(here.find()).isInstanceOf(Lookup.Absent.class);
  }

  @Test
  void find_storesAreDown_isUnknownAndWhatIsMadeNowIsServedHere() {
    here.keep(1);
    outage();

    assertThat(here.find()).isInstanceOf(Lookup.Unknown.class);
    assertThat(here.keep(2)).isTrue();
    assertThat(value(here.find())).isEqualTo(2);
    assertThat(there.find()).isInstanceOf(Lookup.Unknown.class);
  }

  @Test
  void find_afterAnOutage_servesNothingThatWasMadeInIt() {
    outage();
    here.keep(2);
    news.down(false);
    shared.down = false;
    there.keep(3);
    news.connect(here.generations, nanos);

    assertThat(value(here.find())).isEqualTo(3);
  }

  @Test
  void find_newsAfterAHiccup_voidWhatWasKeptHereOnly() {
    shared.down = true;
    assertThat(here.keep(1)).isTrue();
    assertThat(value(here.find())).isEqualTo(1);
    there.cache.invalidate(DOCS);

    assertThat(here.find()).isInstanceOf(Lookup.Unknown.class);
  }

  @Test
  void keep_invalidatedWhileItWasMadeInAnOutage_isNotServed() {
    shared.down = true;
    var ticket = here.ticket();
    there.cache.invalidate(DOCS);

    assertThat(here.cache.keep(ticket, new byte[] {1}, HOUR)).isFalse();
    assertThat(here.find()).isInstanceOf(Lookup.Unknown.class);
  }

  @Test
  void find_storeIsFull_servesWhatOnlyThisNodeHas() {
    shared.down = true;
    here.keep(1);
    shared.down = false;

    assertThat(value(here.find())).isEqualTo(1);
  }

  @Test
  void remove_othersCouldNotBeTold_areToldByTheSecondTry() {
    here.keep(1);
    assertThat(value(there.find())).isEqualTo(1);
    news.down(true);
    assertThatThrownBy(() -> here.cache.remove(KEY)).isInstanceOf(ValkeyUnavailable.class);
    news.down(false);

    assertThat(here.cache.entries().remove(KEY.name())).isTrue();
    assertThat(there.find()).isInstanceOf(Lookup.Absent.class);
  }

  @Test
  void removeSome_whileItIsRead_isNotKeptNear() {
    here.keep(1);
    here.near.clear();
    shared.whileFinding =
        () -> {
          shared.whileFinding = () -> {};
          assertThat(here.cache.entries().removeSome("k*", "").removed()).isEqualTo(1);
        };
    here.find();

    assertThat(here.find()).isInstanceOf(Lookup.Absent.class);
    assertThat(there.find()).isInstanceOf(Lookup.Absent.class);
  }

  @Test
  void removeSome_whileAValueIsBeingMade_thatDoesNotComeBack() {
    var late = here.cache.ticket(KEY, here.find(), List.of());
    there.keep(1);
    assertThat(there.cache.entries().removeSome("k*", "").removed()).isEqualTo(1);
    assertThat(here.cache.keep(late, new byte[] {2}, HOUR)).isFalse();

    var later = here.cache.ticket(KEY, here.find(), List.of());
    there.cache.remove(KEY);
    assertThat(there.cache.entries().removeSome("k*", "").removed()).isZero();
    assertThat(here.cache.keep(later, new byte[] {3}, HOUR)).isFalse();
    assertThat(here.find()).isInstanceOf(Lookup.Absent.class);
    assertThat(there.find()).isInstanceOf(Lookup.Absent.class);
  }

  @Test
  void message_unreadable_voidsWhatIsNearAndNoMore() {
    for (var text : List.of("g 5 session:x", "g x tag:docs", "f", "k", "", "z 1 2")) {
      here.keep(1);
      here.find();
      int before = shared.finds;
      here.generations.message(text);

      assertThat(value(here.find())).as(text).isEqualTo(1);
      assertThat(shared.finds).as(text).isGreaterThan(before);
    }
  }

  @Test
  void invalidate_storesAreDown_saysSo() {
    here.keep(1);
    outage();

    assertThatThrownBy(() -> here.cache.invalidate(DOCS)).isInstanceOf(ValkeyUnavailable.class);
    assertThatThrownBy(() -> here.cache.remove(KEY)).isInstanceOf(ValkeyUnavailable.class);
  }

  @Test
  void find_storeHasLostAGeneration_isNotRevived() {
    here.keep(1);
    var old = shared.find(KEY);
    there.cache.invalidate(DOCS);
    // a failover to a replica that never heard of it: this node learns the old one from the store
    var forgetful = new News(() -> time.minusSeconds(60));
    var generations = new Generations(forgetful, Optional.of(here.near), () -> nanos);
    forgetful.connect(generations, nanos);
    var before = generations.stamps(List.of(DOCS)).getFirst();
    long newer = before.generation() + 1_000;
    generations.message("g " + newer + " " + DOCS);
    generations.lost();

    assertThat(generations.stamps(List.of(DOCS)).getFirst().generation())
        .isGreaterThanOrEqualTo(newer);
    assertThat(forgetful.current(List.of(DOCS)).getFirst()).isGreaterThanOrEqualTo(newer);
    assertThat(old).isInstanceOf(Store.At.There.class);
  }

  @Test
  void find_pastItsTime_isStaleForAsLongAsAllowed() {
    var retention =
        new Retention(Duration.ofMinutes(1), Duration.ofMinutes(2), Duration.ofMinutes(3));
    here.cache.keep(here.ticket(), new byte[] {1}, retention);
    time = time.plus(Duration.ofSeconds(61));
    assertThat(here.find()).isInstanceOf(Lookup.Stale.class);
    time = time.plus(Duration.ofMinutes(3));

    assertThat(here.find()).isInstanceOf(Lookup.Absent.class);
  }

  @Test
  void keep_inPlaceOfAStaleValue_replacesItEverywhere() {
    var retention = new Retention(Duration.ofMinutes(1), Duration.ofHours(1), Duration.ZERO);
    here.cache.keep(here.ticket(), new byte[] {1}, retention);
    there.find();
    time = time.plus(Duration.ofMinutes(2));
    assertThat(here.keep(2)).isTrue();

    assertThat(value(there.find())).isEqualTo(2);
  }

  @Test
  void find_changedWhileItWasRead_isNotKeptNear() {
    here.keep(1);
    shared.whileFinding =
        () -> {
          shared.whileFinding = () -> {};
          there.keep(2);
        };
    here.near.clear();
    here.find();

    assertThat(value(here.find())).isEqualTo(2);
  }

  private void outage() {
    news.cutOff(here.generations);
    news.cutOff(there.generations);
    news.down(true);
    shared.down = true;
  }

  private static int value(Lookup lookup) {
    return ((Lookup.Found) lookup).kept().value()[0];
  }

  /** A store that counts, and fails when told to. */
  private static final class Shared implements Store {
    private final Store store;
    private int finds;
    private boolean down;
    private Runnable whileFinding = () -> {};

    Shared(Store store) {
      this.store = store;
    }

    @Override
    public At find(Key key) {
      check();
      finds++;
      var found = store.find(key);
      whileFinding.run();
      return found;
    }

    @Override
    public boolean keep(Key key, Kept kept, long version) {
      check();
      return store.keep(key, kept, version);
    }

    @Override
    public void remove(Key key) {
      check();
      store.remove(key);
    }

    @Override
    public boolean claim(Key key, Duration span) {
      check();
      return store.claim(key, span);
    }

    @Override
    public Some some(String cursor, int count) {
      check();
      return store.some(cursor, count);
    }

    @Override
    public Removed removeSome(String glob, String cursor, int count) {
      check();
      return store.removeSome(glob, cursor, count);
    }

    private void check() {
      if (down) {
        throw Outage.now();
      }
    }
  }
}
