package io.larder.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.model.Caller.KeyLimits;
import io.larder.model.Grant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** What a store of keys does, wherever it is. */
abstract class KeyStoreContract {
  private final String owner = "u-" + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);

  abstract KeyStore store();

  abstract Instant now();

  /** Lets time pass. */
  abstract void pass(Duration time) throws InterruptedException;

  ApiKey key(String tenant, Optional<Instant> expires) {
    return key(owner, tenant, expires);
  }

  static ApiKey key(String owner, String tenant, Optional<Instant> expires) {
    var random = new byte[32];
    new Random(ThreadLocalRandom.current().nextLong()).nextBytes(random);
    var hash = HexFormat.of().formatHex(random);
    return new ApiKey(
        hash.substring(0, 24),
        hash,
        owner,
        tenant,
        Set.of("user", "admin"),
        Optional.of(new KeyLimits("requests=5;w=60, \"ü\"", "family")),
        hash.charAt(0) < '8'
            ? Grant.ALL
            : Grant.of(List.of("openai/*", "\"", "demo"), Set.of("user")),
        Instant.parse("2026-01-02T03:04:05.678Z"),
        expires);
  }

  @Test
  void find_kept_isWhatWasKept() {
    for (var expires : List.of(Optional.of(now().plusSeconds(60)), Optional.<Instant>empty())) {
      var key = key("t", expires);
      assertThat(store().keep(key)).isTrue();

      assertThat(store().find(key.hash())).contains(key);
      assertThat(store().named(key.id())).contains(key);
    }
  }

  @Test
  void find_neverKept_isNothing() {
    var key = key("t", Optional.empty());

    assertThat(store().find(key.hash())).isEmpty();
    assertThat(store().named(key.id())).isEmpty();
    assertThat(store().of(key.subject())).isEmpty();
  }

  @Test
  void find_expired_isNothing() throws InterruptedException {
    var key = key("t", Optional.of(now().plusMillis(300)));
    store().keep(key);
    assertThat(store().find(key.hash())).isPresent();
    pass(Duration.ofMillis(350));

    assertThat(store().find(key.hash())).isEmpty();
    assertThat(store().named(key.id())).isEmpty();
    assertThat(store().of(key.subject())).isEmpty();
  }

  @Test
  void remove_kept_isGoneEverywhere() {
    var key = key("t", Optional.empty());
    store().keep(key);
    store().used(key.id(), now());
    assertThat(store().remove(key)).isTrue();
    assertThat(store().remove(key)).as("it was gone").isFalse();

    assertThat(store().find(key.hash())).isEmpty();
    assertThat(store().named(key.id())).isEmpty();
    assertThat(store().of(key.subject())).isEmpty();
    assertThat(all()).doesNotContain(key);
  }

  @Test
  void used_ofARemovedKey_bringsNothingBack() {
    var key = key("t", Optional.empty());
    store().keep(key);
    store().remove(key);
    store().used(key.id(), now());

    assertThat(store().find(key.hash())).isEmpty();
    assertThat(store().of(key.subject())).isEmpty();
  }

  @Test
  void replace_kept_expiresThen() throws InterruptedException {
    var key = key("t", Optional.empty());
    store().keep(key);
    var sooner = key.until(now().plusMillis(300));
    assertThat(store().replace(sooner)).isTrue();
    assertThat(store().find(key.hash())).contains(sooner);
    pass(Duration.ofMillis(350));

    assertThat(store().find(key.hash())).isEmpty();
  }

  @Test
  void replace_removed_bringsNothingBack() {
    var key = key("t", Optional.empty());
    store().keep(key);
    store().remove(key);

    assertThat(store().replace(key.until(now().plusSeconds(60)))).isFalse();
    assertThat(store().find(key.hash())).isEmpty();
  }

  @Test
  void of_anOwner_isItsOwnInItsTenant() {
    var here = key("t-1", Optional.empty());
    var there = key("t-2", Optional.empty());
    store().keep(here);
    store().keep(there);
    var when = Instant.ofEpochMilli(now().toEpochMilli());
    store().used(here.id(), when);

    assertThat(store().of(here.subject()))
        .containsExactly(new Keys.Listed(here, Optional.of(when)));
    assertThat(store().of(there.subject()))
        .containsExactly(new Keys.Listed(there, Optional.empty()));
  }

  @Test
  void some_pageByPage_areAll() {
    var mine = new ArrayList<ApiKey>();
    for (int i = 0; i < 25; i++) {
      mine.add(key("t" + i, Optional.empty()));
      store().keep(mine.getLast());
    }

    assertThat(all()).containsAll(mine);
  }

  private List<ApiKey> all() {
    var all = new ArrayList<ApiKey>();
    var cursor = "";
    do {
      var page = store().some(cursor, 10);
      page.keys().forEach(one -> all.add(one.key()));
      cursor = page.next();
    } while (!cursor.isEmpty());
    return all;
  }

  @Test
  void keep_moreThanAnOwnerMayHave_isRefusedUntilOneGoes() throws InterruptedException {
    var first = key("t", Optional.empty());
    store().keep(first);
    store().keep(key("t", Optional.of(now().plusSeconds(1))));
    for (int i = 2; i < ApiKey.PER_OWNER_MAX; i++) {
      assertThat(store().keep(key("t", Optional.empty()))).isTrue();
    }
    var tooMany = key("t", Optional.empty());
    assertThat(store().keep(tooMany)).isFalse();
    assertThat(store().find(tooMany.hash())).isEmpty();
    assertThat(store().named(tooMany.id())).isEmpty();
    pass(Duration.ofMillis(1100));
    assertThat(store().keep(key("t", Optional.empty()))).as("one has expired").isTrue();
    assertThat(store().keep(tooMany)).isFalse();
    store().remove(first);

    assertThat(store().keep(tooMany)).isTrue();
    assertThat(store().keep(key("other", Optional.empty()))).isTrue();
  }
}
