package io.larder.jcache;

import io.larder.digest.Sha256;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The server's caches of sessions: one of the sessions by their ids, one of their attributes by
 * {@code ID.ATTRIBUTE}. Both lie in one hash for each session, so that a session expires and goes
 * with all it has, and lies in one slot of a cluster.
 *
 * @see <a
 *     href="https://openliberty.io/docs/latest/reference/config/httpSessionCache.html">httpSessionCache</a>
 */
final class SessionLayout implements Layout<String> {
  private static final String SESSIONS = "com.ibm.ws.session.meta.";
  private static final String ATTRIBUTES = "com.ibm.ws.session.attr.";

  /** A request asks for the same session again and again, on one thread. */
  private static final ThreadLocal<@Nullable Hash> LAST = new ThreadLocal<>();

  private final String application;
  private final boolean attributes;

  /** What stands for an id in keys. */
  private record Hash(String id, String text) {
    @Override
    public String toString() {
      return "Hash[***, " + text + "]";
    }
  }

  private SessionLayout(String application, boolean attributes) {
    this.application = Layout.plain(application);
    this.attributes = attributes;
  }

  /** The layout of a cache of that name; empty = it is not one of the server's. */
  static Optional<SessionLayout> of(String cache) {
    if (cache.startsWith(SESSIONS)) {
      return Optional.of(new SessionLayout(cache.substring(SESSIONS.length()), false));
    }
    return cache.startsWith(ATTRIBUTES)
        ? Optional.of(new SessionLayout(cache.substring(ATTRIBUTES.length()), true))
        : Optional.empty();
  }

  /** Whether it is the cache of attributes. */
  boolean isOfAttributes() {
    return attributes;
  }

  @Override
  public Place place(String key) {
    if (!attributes) {
      return Place.head(hash(key));
    }
    int dot = key.indexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException("an attribute's key must be ID.ATTRIBUTE");
    }
    return Place.part(hash(key.substring(0, dot)), key.substring(dot + 1));
  }

  /** An id is as good as signing in, so that whoever reads the store must not find it there. */
  private String hash(String id) {
    var known = LAST.get();
    if (known == null || !known.id().equals(id)) {
      known = new Hash(id, Sha256.base64Url(id));
      LAST.set(known);
    }
    return PREFIX + "{" + known.text() + "}:" + application;
  }

  /** None: an id cannot be told from its digest, and sessions are found by their ids alone. */
  @Override
  public Optional<Listing<String>> listing() {
    return Optional.empty();
  }
}
