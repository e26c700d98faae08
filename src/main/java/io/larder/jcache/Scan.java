package io.larder.jcache;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * The keys of a cache, page by page: those that are there all the time are seen, those that come or
 * go meanwhile may be. A key is seen once.
 *
 * @param <K> type of keys
 */
final class Scan<K> implements Iterator<K> {
  private final Layout.Listing<K> listing;
  private final Entries entries;
  private final Deque<K> ready = new ArrayDeque<>();
  private final Set<K> seen = new HashSet<>();
  private String cursor = "";
  private boolean last;

  Scan(Layout.Listing<K> listing, Entries entries) {
    this.listing = listing;
    this.entries = entries;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && !last) {
      var page = entries.page(listing.pattern(), cursor);
      page.keys().stream()
          .flatMap(hash -> listing.key().apply(hash).stream())
          .filter(seen::add)
          .forEach(ready::add);
      cursor = page.next();
      last = cursor.isEmpty();
    }
    return !ready.isEmpty();
  }

  @Override
  public K next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }
}
