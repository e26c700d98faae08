package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What every store must do. Memory runs it with a fake clock, Valkey with its own and short times.
 */
abstract class StoreContract {
  private static final Duration TTL = Duration.ofMillis(400);
  private static final Retention HOUR = Retention.of(Duration.ofHours(1));

  private final Key key = new Key("chat", UUID.randomUUID().toString());

  abstract Store store();

  abstract Instant now();

  /** Lets time go by for the store. */
  abstract void pass(Duration time) throws InterruptedException;

  @Test
  void find_nothingKept_isNothing() {
    assertThat(store().find(key)).isEqualTo(new Store.At.Nothing(0));
  }

  @Test
  void find_kept_isTheSame() {
    var value = new byte[] {0, 1, -1, 127, -128, '\r', '\n', '$'};
    var storedAt = Instant.ofEpochMilli(now().toEpochMilli());
    var stamps = List.of(new Stamp(Label.EVERYTHING, 7), new Stamp(tag("docs ü"), 1L << 52));
    var retention =
        new Retention(Duration.ofHours(1), Duration.ofMinutes(2), Duration.ofMinutes(3));
    store().keep(key, new Kept(value, storedAt, retention, 42, stamps), 0);

    var found = store().value(key).orElseThrow();
    assertThat(found.value()).isEqualTo(value);
    assertThat(found.storedAt()).isEqualTo(storedAt);
    assertThat(found.retention()).isEqualTo(retention);
    assertThat(found.version()).isEqualTo(42);
    assertThat(found.stamps()).isEqualTo(stamps);
  }

  @Test
  void find_emptyValue_isFound() {
    store().keep(key, kept(1), 0);

    assertThat(store().value(key).orElseThrow().value()).containsExactly(1);
  }

  @Test
  void find_largeValue_isFound() {
    var value = new byte[3 * 1024 * 1024];
    value[value.length - 1] = 7;
    store().keep(key, new Kept(value, now(), HOUR, 1, List.of()), 0);

    assertThat(store().value(key).orElseThrow().value()).isEqualTo(value);
  }

  @Test
  void keep_inPlaceOfNothing_firstOneStays() {
    assertThat(store().keep(key, kept(1), 0)).isTrue();
    assertThat(store().keep(key, kept(2), 0)).isFalse();

    assertThat(store().value(key).orElseThrow().version()).isEqualTo(1);
  }

  @Test
  void removeSome_whatWasMadeMeanwhile_doesNotComeBack() {
    // both were asked for when nothing stood there
    store().keep(key, kept(1), 0);

    assertThat(removeAll()).isEqualTo(1);
    assertThat(store().keep(key, kept(2), 0)).isFalse();
    assertThat(store().keep(key, kept(3), 1)).isFalse();
    assertThat(store().value(key)).isEmpty();
    assertThat(store().keep(key, kept(4), versionThere())).isTrue();
  }

  @Test
  void removeSome_tombstone_staysAndIsNotCounted() {
    store().keep(key, kept(1), 0);
    store().remove(key);
    long version = versionThere();

    assertThat(removeAll()).isZero();
    assertThat(versionThere()).isEqualTo(version);
    assertThat(store().keep(key, kept(2), 0)).isFalse();
  }

  private long versionThere() {
    return ((Store.At.There) store().find(key)).kept().version();
  }

  private int removeAll() {
    var cursor = "";
    int removed = 0;
    do {
      var some = store().removeSome(key.name().substring(0, 30) + "*", cursor, 10);
      removed += some.removed();
      cursor = some.next();
    } while (!cursor.isEmpty());
    return removed;
  }

  @Test
  void keep_inPlaceOfWhatStandsThere_replaces() {
    store().keep(key, kept(1), 0);

    assertThat(store().keep(key, kept(2), 1)).isTrue();
    assertThat(store().keep(key, kept(3), 1)).isFalse();
    assertThat(store().value(key).orElseThrow().version()).isEqualTo(2);
    assertThat(store().keep(key, kept(4), Store.ANY)).isTrue();
    assertThat(store().value(key).orElseThrow().version()).isEqualTo(4);
  }

  @Test
  void keep_whatStoodThereIsGone_doesNot() {
    assertThat(store().keep(key, kept(2), 1)).isFalse();
  }

  @Test
  void find_afterItsTime_isNothing() throws InterruptedException {
    store().keep(key, new Kept(new byte[] {1}, now(), Retention.of(TTL), 1, List.of()), 0);
    assertThat(store().value(key)).isPresent();
    pass(TTL);

    assertThat(store().find(key)).isEqualTo(new Store.At.Nothing(0));
  }

  @Test
  void find_pastItsTimeToLive_isHeldForTheStaleTimes() throws InterruptedException {
    var retention = new Retention(TTL, TTL, Duration.ofHours(1));
    store().keep(key, new Kept(new byte[] {1}, now(), retention, 1, List.of()), 0);
    pass(TTL);

    var stale = store().value(key).orElseThrow();
    assertThat(stale.left(now()).isPositive()).isFalse();
    assertThat(stale.servesOnError(now())).isTrue();
  }

  @Test
  void remove_kept_isFoundNoMore() {
    store().keep(key, kept(1), 0);
    store().remove(key);
    store().remove(key);

    assertThat(store().value(key)).isEmpty();
  }

  @Test
  void remove_whileAValueIsMade_keepsItOut() {
    store().keep(key, kept(1), 0);
    store().remove(key);

    assertThat(store().keep(key, kept(2), 0)).isFalse();
    assertThat(store().keep(key, kept(2), 1)).isFalse();
    assertThat(store().value(key)).isEmpty();
  }

  @Test
  void remove_valueAskedForAfterwards_isKept() {
    store().remove(key);
    var tombstone = (Store.At.There) store().find(key);

    assertThat(store().keep(key, kept(2), tombstone.kept().version())).isTrue();
    assertThat(store().value(key)).isPresent();
  }

  @Test
  void claim_again_isRefusedUntilItsTimeIsOver() throws InterruptedException {
    assertThat(store().claim(key, TTL)).isTrue();
    assertThat(store().claim(key, TTL)).isFalse();
    pass(TTL);

    assertThat(store().claim(key, TTL)).isTrue();
  }

  private Kept kept(int version) {
    return new Kept(new byte[] {(byte) version}, now(), HOUR, version, List.of());
  }

  private static Label tag(String name) {
    return new Label(Label.Kind.TAG, name);
  }
}
