package io.larder.jcache;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps entries as bytes, each in a field of a hash that expires.
 *
 * <p>Every method throws {@link javax.cache.CacheException} if the store gives no answer.
 */
interface Entries extends AutoCloseable {
  /** The bytes of an entry; null = there is none. */
  byte @Nullable [] get(Place place);

  /** The head of a hash, and the rest of it if that is small. */
  Seen look(String key);

  /** Changes one entry, and nobody sees it half done. */
  Change.Outcome change(Place place, Change change);

  /** Lets the hash of an entry live that long from now; 0 = it goes. */
  void expire(Place place, long millis);

  /**
   * Some keys of hashes, in no order.
   *
   * @param pattern a glob
   * @param cursor empty to begin, else the page's before
   */
  Page page(String pattern, String cursor);

  /** What the thread has changed and not yet written is not to be written. */
  default void abandon() {}

  @Override
  void close();

  /**
   * Keys of hashes.
   *
   * @param keys that matched, perhaps none
   * @param next the cursor for the next page; empty = this was the last
   */
  record Page(List<String> keys, String next) {
    static final Page NONE = new Page(List.of(), "");

    public Page {
      keys = List.copyOf(keys);
    }
  }
}
