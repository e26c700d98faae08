package io.larder.cache;

import io.larder.valkey.ValkeyUnavailable;
import java.util.Optional;

/**
 * A place for values. What outlived its time is never found; what was kept may be gone earlier.
 *
 * <p>A store that is shared may be out of reach, which every method then says with {@link
 * ValkeyUnavailable}.
 */
interface Store {
  /** The value of that key, unless there is none. */
  Optional<Kept> find(CacheKey key);

  /** Keeps a value, in place of the one before. */
  void keep(CacheKey key, Kept kept);

  /** Forgets a value. */
  void remove(CacheKey key);
}
