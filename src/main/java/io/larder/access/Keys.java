package io.larder.access;

import io.larder.model.Caller;
import io.larder.model.Caller.KeyLimits;
import io.larder.model.Grant;
import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes, lists, replaces and revokes keys, for those who may. Administrators may have all; users
 * their own, none of which can do or last more than the key it was made with. Keys made with one
 * that has limits of its own share what is left of them with it, as do those made in its place.
 *
 * <p>Every method throws {@link ValkeyUnavailable} if the store is down; no key is known to anybody
 * then that was not before.
 */
public final class Keys {
  /** How long a key and the one in its place may both be good. */
  public static final Duration OVERLAP_MAX = Duration.ofDays(30);

  private static final int ID_BYTES = 12;
  private static final Logger LOG = System.getLogger(Keys.class.getName());

  private final KeyStore store;
  private final Near<ApiKey> near;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /**
   * A key as its owner sees it.
   *
   * @param used when it was last presented, to a minute or two; empty = not known
   */
  public record Listed(ApiKey key, Optional<Instant> used) {}

  /**
   * Some of the keys there are, in no order.
   *
   * @param next the cursor for the next page; empty = this was the last
   */
  public record Page(List<Listed> keys, String next) {
    public Page {
      keys = List.copyOf(keys);
    }
  }

  Keys(KeyStore store, Near<ApiKey> near, InstantSource clock) {
    this.store = store;
    this.near = near;
    this.clock = clock;
  }

  /** Makes a key. */
  public Making make(Caller by, Wish wish) {
    var owner = wish.owner().orElse(by.id());
    var tenant = wish.tenant().orElse(by.tenant());
    var roles = new TreeSet<>(wish.roles());
    roles.add("user");
    var expires = wish.expires().or(() -> by.isAdmin() ? Optional.empty() : by.expires());
    var now = clock.instant();
    var latest = now.plus(ApiKey.LIFE_MAX);
    if (expires.filter(end -> !end.isAfter(now) || end.isAfter(latest)).isPresent()) {
      return new Making.Wrong(
          "expires must be after " + now + " and at most " + latest + ", was " + expires.get());
    }
    if (!Caller.subject(tenant, owner).equals(by.subject()) && !by.isAdmin()) {
      return new Making.Denied();
    }
    var id = id();
    var grant = by.isAdmin() ? wish.grant() : wish.grant().or(by.grant());
    return make(by, new Blank(id, owner, tenant, roles, limits(by, wish, id), grant, expires));
  }

  /** A user's own limits hold for all keys made with theirs, together. */
  private static Optional<KeyLimits> limits(Caller by, Wish wish, String id) {
    boolean own = !by.isAdmin() && by.limits().isPresent();
    if (own && wish.limits().map(by.limits().get().policies()::equals).orElse(true)) {
      return by.limits();
    }
    return wish.limits().filter(text -> !text.isEmpty()).map(text -> new KeyLimits(text, id));
  }

  /** A key before it is cut. */
  private record Blank(
      String id,
      String owner,
      String tenant,
      Set<String> roles,
      Optional<KeyLimits> limits,
      Grant grant,
      Optional<Instant> expires) {
    static Blank like(ApiKey key, String id) {
      return new Blank(
          id, key.owner(), key.tenant(), key.roles(), key.limits(), key.grant(), key.expires());
    }

    ApiKey cut(String hash, Instant now) {
      return new ApiKey(id, hash, owner, tenant, roles, limits, grant, now, expires);
    }
  }

  private Making make(Caller by, Blank blank) {
    if (!mayHave(by, blank)) {
      return new Making.Denied();
    }
    var secret = Secret.make(random);
    var key = blank.cut(secret.hash(), clock.instant());
    if (!store.keep(key)) {
      return new Making.Full(ApiKey.PER_OWNER_MAX);
    }
    LOG.log(Level.INFO, "key made: id={0} of={1} by={2}", key.id(), key.subject(), by.subject());
    return new Making.Made(key, secret);
  }

  /** Users have nothing that their own key does not give them. */
  private static boolean mayHave(Caller by, Blank blank) {
    if (by.isAdmin()) {
      return true;
    }
    boolean lastsLonger =
        by.expires()
            .filter(end -> blank.expires().filter(other -> !other.isAfter(end)).isEmpty())
            .isPresent();
    boolean asLimited = by.limits().isEmpty() || by.limits().equals(blank.limits());
    return by.roles().containsAll(blank.roles())
        && by.grant().covers(blank.grant())
        && asLimited
        && !lastsLonger;
  }

  private String id() {
    var bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /**
   * Makes a key like another, which is good for a while yet.
   *
   * @param overlap how long, 0 to {@link #OVERLAP_MAX}
   */
  public Making rotate(Caller by, String id, Duration overlap) {
    if (overlap.isNegative() || overlap.compareTo(OVERLAP_MAX) > 0) {
      return new Making.Wrong("overlap must be PT0S to " + OVERLAP_MAX + ", was " + overlap);
    }
    var old = find(by, id);
    if (old.isEmpty()) {
      return new Making.Absent();
    }
    var key = old.get();
    var making = make(by, Blank.like(key, id()));
    if (!(making instanceof Making.Made made)) {
      return making;
    }
    if (!retire(key, overlap, made.key())) {
      var unused = store.remove(made.key());
      return new Making.Absent();
    }
    return making;
  }

  /**
   * Lets a key expire, and says whether it was there; where that cannot be done, the one in its
   * place is not needed. Requests that look the key up meanwhile do not bring it back.
   */
  private boolean retire(ApiKey key, Duration overlap, ApiKey other) {
    try {
      if (overlap.isZero()) {
        boolean there = store.remove(key);
        near.removed(key.hash());
        return there;
      }
      var sooner = key.until(clock.instant().plus(overlap));
      boolean there = store.replace(sooner);
      if (there) {
        near.replaced(sooner.hash(), sooner);
      }
      return there;
    } catch (ValkeyUnavailable down) {
      LOG.log(Level.WARNING, "key not replaced: id={0}, new id={1}", key.id(), other.id());
      throw down;
    }
  }

  /**
   * Revokes a key, on all nodes within a second. Users revoke none that can do more than theirs.
   *
   * @return false if there is none that the caller may revoke
   */
  public boolean revoke(Caller by, String id) {
    var key = find(by, id).filter(one -> by.isAdmin() || by.roles().containsAll(one.roles()));
    return key.isPresent() && revoke(by, key.get());
  }

  private boolean revoke(Caller by, ApiKey key) {
    boolean was = store.remove(key);
    near.removed(key.hash());
    if (was) {
      LOG.log(
          Level.INFO, "key revoked: id={0} of={1} by={2}", key.id(), key.subject(), by.subject());
    }
    return was;
  }

  private Optional<ApiKey> find(Caller by, String id) {
    return store.named(id).filter(key -> by.isAdmin() || key.isOf(by));
  }

  /**
   * All keys of one user; empty = the caller may not know them.
   *
   * @param subject as {@link Caller#subject} names the user
   */
  public Optional<Page> of(Caller by, String subject) {
    return by.isAdmin() || subject.equals(by.subject())
        ? Optional.of(new Page(store.of(subject), ""))
        : Optional.empty();
  }

  /**
   * Some of the keys that the caller may know: of administrators all, of users their own.
   *
   * @param cursor empty to begin, else the page's before
   * @param limit about how many, 1 or more; fewer do not mean that there are no more
   */
  public Page list(Caller by, String cursor, int limit) {
    if (!by.isAdmin()) {
      return new Page(store.of(by.subject()), "");
    }
    return store.some(cursor, limit);
  }
}
