package io.larder.jcache;

import java.util.Base64;
import java.util.Optional;
import javax.cache.CacheException;

/**
 * Any other cache: a hash of one field for each entry, named by the serialised key.
 *
 * @param <K> type of keys
 */
final class PlainLayout<K> implements Layout<K> {
  private final String cache;
  private final Form<K> form;

  PlainLayout(String cache, Form<K> form) {
    this.cache = "cache/" + Layout.plain(cache);
    this.form = form;
  }

  @Override
  public Place place(K key) {
    var bytes = form.write(key);
    if (bytes.length > KEY_BYTES_MAX) {
      throw new CacheException("a key must be " + KEY_BYTES_MAX + " bytes at most");
    }
    return Place.head(
        PREFIX
            + "{"
            + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)
            + "}:"
            + cache);
  }

  @Override
  public Optional<Listing<K>> listing() {
    return Optional.of(new Listing<>(PREFIX + "{*}:" + cache, this::key));
  }

  private Optional<K> key(String hash) {
    int end = hash.length() - cache.length() - 2;
    var encoded = hash.substring(PREFIX.length() + 1, end);
    return form.read(Base64.getUrlDecoder().decode(encoded));
  }
}
