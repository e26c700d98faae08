package io.larder.access;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keys of a node that shares nothing; they are gone when it stops. */
final class MemoryKeys implements KeyStore {
  static final int KEYS_MAX = 10_000;

  private final InstantSource clock;
  private final TreeMap<String, ApiKey> byId = new TreeMap<>();
  private final Map<String, ApiKey> byHash = new HashMap<>();
  private final Map<String, Instant> used = new HashMap<>();

  MemoryKeys(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized boolean keep(ApiKey key) {
    dropOver();
    if (byId.size() >= KEYS_MAX || of(key.subject()).size() >= ApiKey.PER_OWNER_MAX) {
      return false;
    }
    put(key);
    return true;
  }

  private void dropOver() {
    var now = clock.instant();
    byId.values().stream().filter(key -> key.isOver(now)).toList().forEach(this::drop);
  }

  private void drop(ApiKey key) {
    var unused = remove(key);
  }

  private void put(ApiKey key) {
    byId.put(key.id(), key);
    byHash.put(key.hash(), key);
  }

  @Override
  public synchronized boolean replace(ApiKey key) {
    if (named(key.id()).isEmpty()) {
      return false;
    }
    put(key);
    return true;
  }

  @Override
  public synchronized Optional<ApiKey> find(String hash) {
    return good(byHash.get(hash));
  }

  @Override
  public synchronized Optional<ApiKey> named(String id) {
    return good(byId.get(id));
  }

  private Optional<ApiKey> good(@Nullable ApiKey key) {
    return Optional.ofNullable(key).filter(one -> !one.isOver(clock.instant()));
  }

  @Override
  public synchronized boolean remove(ApiKey key) {
    byId.remove(key.id());
    used.remove(key.id());
    return good(byHash.remove(key.hash())).isPresent();
  }

  @Override
  public synchronized List<Keys.Listed> of(String subject) {
    return list(byId).stream().filter(one -> one.key().subject().equals(subject)).toList();
  }

  /** The cursor is the id of the last one told of. */
  @Override
  public synchronized Keys.Page some(String cursor, int limit) {
    var rest = list(byId.tailMap(cursor, false));
    var page = rest.stream().limit(limit).toList();
    return new Keys.Page(page, page.size() < rest.size() ? page.getLast().key().id() : "");
  }

  private List<Keys.Listed> list(Map<String, ApiKey> keys) {
    var now = clock.instant();
    return keys.values().stream()
        .filter(key -> !key.isOver(now))
        .map(key -> new Keys.Listed(key, Optional.ofNullable(used.get(key.id()))))
        .toList();
  }

  @Override
  public synchronized void used(String id, Instant when) {
    if (byId.containsKey(id)) {
      used.put(id, when);
    }
  }
}
