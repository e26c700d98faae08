package io.larder.access;

import io.larder.model.Caller;
import io.larder.valkey.ValkeyUnavailable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where keys are kept. Every method throws {@link ValkeyUnavailable} if the store is down. */
interface KeyStore {
  /** Keeps a new key until its end, unless its owner has {@link ApiKey#PER_OWNER_MAX} already. */
  boolean keep(ApiKey key);

  /** Puts a key in place of itself, with another expiry, and says whether it was there still. */
  boolean replace(ApiKey key);

  /** The key of that hash. */
  Optional<ApiKey> find(String hash);

  /** The key of that id. */
  Optional<ApiKey> named(String id);

  /** Removes a key, and says whether it was there; of several who do so at once, one is told so. */
  boolean remove(ApiKey key);

  /**
   * All keys of one owner.
   *
   * @param subject as {@link Caller#subject} names the owner
   */
  List<Keys.Listed> of(String subject);

  /**
   * Some of all keys.
   *
   * @param cursor empty to begin, else the page's before
   * @param limit about how many, 1 or more; fewer do not mean that there are no more
   */
  Keys.Page some(String cursor, int limit);

  /** Notes when a key was last presented, if it is there still. */
  void used(String id, Instant when);
}
