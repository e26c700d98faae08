package io.larder.jcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.jcache.Change.Condition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** What keeps entries does this, wherever it is. */
abstract class EntriesContract {
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();

  private final String key =
      "larder:1:session:{" + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE) + "}:app";
  private final Place head = Place.head(key);
  private final Place part = Place.part(key, "a");

  abstract Entries entries();

  /** Lets time pass. */
  abstract void pass(Duration time) throws InterruptedException;

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Change.Outcome set(Place place, Condition condition, String value) {
    long life = place.role() == Place.Role.HEAD ? MINUTE : Change.LEAVE;
    return entries().change(place, Change.set(condition, bytes(value), life, life));
  }

  @Test
  void get_nothingThere_isNull() {
    assertThat(entries().get(head)).isNull();
    assertThat(entries().get(part)).isNull();
  }

  @Test
  void set_any_isReadAndTellsWhatWasThere() {
    var first = set(head, Condition.ANY, "1");
    assertThat(first.done()).isTrue();
    assertThat(first.before()).isNull();
    var second = set(head, Condition.ANY, "2");
    assertThat(second.done()).isTrue();
    assertThat(second.before()).isEqualTo(bytes("1"));

    assertThat(entries().get(head)).isEqualTo(bytes("2"));
  }

  @Test
  void set_onlyIfAbsent_isDoneOnce() {
    assertThat(set(head, Condition.ABSENT, "1").done()).isTrue();
    assertThat(set(head, Condition.ABSENT, "2").done()).isFalse();
    assertThat(entries().get(head)).isEqualTo(bytes("1"));
  }

  @Test
  void set_onlyIfPresent_makesNothing() {
    assertThat(set(head, Condition.PRESENT, "1").done()).isFalse();
    assertThat(entries().get(head)).isNull();
    set(head, Condition.ANY, "1");
    assertThat(set(head, Condition.PRESENT, "2").before()).isEqualTo(bytes("1"));
  }

  @Test
  void replace_otherBytes_changesNothingAndTellsThem() {
    set(head, Condition.ANY, "1");
    var refused = entries().change(head, Change.replace(bytes("0"), bytes("2"), MINUTE));
    assertThat(refused.done()).isFalse();
    assertThat(refused.before()).isEqualTo(bytes("1"));
    assertThat(entries().change(head, Change.replace(bytes("1"), bytes("2"), MINUTE)).done())
        .isTrue();
    assertThat(entries().get(head)).isEqualTo(bytes("2"));
  }

  @Test
  void replace_withParts_changesAllOrNothing() {
    set(head, Condition.ANY, "1");
    set(part, Condition.ANY, "old");
    var parts = Map.of("part:a", bytes("new"), "part:b", bytes("b"));
    var change = Change.replace(bytes("1"), bytes("2"), MINUTE).with(parts);
    assertThat(
            entries()
                .change(head, Change.replace(bytes("0"), bytes("2"), MINUTE).with(parts))
                .done())
        .isFalse();
    assertThat(entries().get(part)).isEqualTo(bytes("old"));
    assertThat(entries().change(head, change).done()).isTrue();
    assertThat(entries().get(part)).isEqualTo(bytes("new"));
    assertThat(entries().get(Place.part(key, "b"))).isEqualTo(bytes("b"));

    var gone = Change.replace(bytes("2"), bytes("3"), MINUTE).with(Map.of("part:a", new byte[0]));
    assertThat(entries().change(head, gone).done()).isTrue();
    assertThat(entries().get(part)).isNull();
  }

  @Test
  void set_partWithoutHead_isRefused() {
    assertThat(set(part, Condition.ANY, "1").done()).isFalse();
    assertThat(entries().get(part)).isNull();
    set(head, Condition.ANY, "1");
    assertThat(set(part, Condition.ANY, "1").done()).isTrue();
    assertThat(entries().get(part)).isEqualTo(bytes("1"));
  }

  @Test
  void remove_head_takesThePartsAlong() {
    set(head, Condition.ANY, "1");
    set(part, Condition.ANY, "a");
    assertThat(entries().change(head, Change.remove()).before()).isEqualTo(bytes("1"));
    set(head, Condition.ANY, "2");
    assertThat(entries().get(part)).isNull();
  }

  @Test
  void remove_part_leavesTheHead() {
    set(head, Condition.ANY, "1");
    set(part, Condition.ANY, "a");
    assertThat(entries().change(part, Change.remove()).done()).isTrue();
    assertThat(entries().change(part, Change.remove()).done()).isFalse();
    assertThat(entries().get(head)).isEqualTo(bytes("1"));
  }

  @Test
  void removeIf_otherBytes_removesNothing() {
    set(head, Condition.ANY, "1");
    assertThat(entries().change(head, Change.removeIf(bytes("2"))).done()).isFalse();
    assertThat(entries().get(head)).isEqualTo(bytes("1"));
    assertThat(entries().change(head, Change.removeIf(bytes("1"))).done()).isTrue();
    assertThat(entries().get(head)).isNull();
  }

  @Test
  void set_zeroLife_isNotMadeAndGoes() {
    entries().change(head, Change.set(Condition.ANY, bytes("1"), 0, MINUTE));
    assertThat(entries().get(head)).isNull();
    set(head, Condition.ANY, "1");
    entries().change(head, Change.set(Condition.ANY, bytes("2"), MINUTE, 0));
    assertThat(entries().get(head)).isNull();
  }

  @Test
  void set_lifeOver_isGoneWithItsParts() throws InterruptedException {
    entries().change(head, Change.set(Condition.ANY, bytes("1"), 200, 200));
    set(part, Condition.ANY, "a");
    pass(Duration.ofMillis(250));
    assertThat(entries().get(head)).isNull();
    assertThat(entries().get(part)).isNull();
  }

  @Test
  void set_leavingTheLife_prolongsNothing() throws InterruptedException {
    entries().change(head, Change.set(Condition.ANY, bytes("1"), 300, 300));
    entries().change(head, Change.set(Condition.ANY, bytes("2"), Change.LEAVE, Change.LEAVE));
    pass(Duration.ofMillis(350));
    assertThat(entries().get(head)).isNull();
  }

  @Test
  void expire_prolongsOrEnds() throws InterruptedException {
    entries().change(head, Change.set(Condition.ANY, bytes("1"), 300, 300));
    entries().expire(head, MINUTE);
    pass(Duration.ofMillis(350));
    assertThat(entries().get(head)).isEqualTo(bytes("1"));
    entries().expire(head, 0);
    assertThat(entries().get(head)).isNull();
  }

  @Test
  void page_all_findsThoseThatMatch() {
    Set<String> made = new HashSet<>();
    for (int i = 0; i < 1_200; i++) {
      var one = key + "-" + i;
      made.add(one);
      entries().change(Place.head(one), Change.set(Condition.ANY, bytes("1"), MINUTE, MINUTE));
    }
    entries().change(Place.head(key), Change.set(Condition.ANY, bytes("1"), MINUTE, MINUTE));
    var found = new HashSet<String>();
    var cursor = "";
    do {
      var page = entries().page("larder:1:session:{*}:app-*", cursor);
      found.addAll(page.keys());
      cursor = page.next();
    } while (!cursor.isEmpty());
    assertThat(found).containsAll(made).doesNotContain(key);
  }
}
