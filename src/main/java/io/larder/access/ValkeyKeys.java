package io.larder.access;

import io.larder.valkey.Script;
import io.larder.valkey.Valkey;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Keys in Valkey, for all nodes.
 *
 * <p>Storage:
 *
 * <pre>
 * GET larder:1:apikey:&lt;hash&gt;                        to find one: once a second for each in use
 *
 * SET larder:1:apikey-id:&lt;id&gt;       hash  PX until its end
 * SET larder:1:apikey:&lt;hash&gt;        JSON  PX until its end   XX to replace it
 * EVALSHA enlist 1 larder:1:apikeys:&lt;tenant&gt;/&lt;owner&gt; hash …   to make one
 *
 * UNLINK larder:1:apikey:&lt;hash&gt;                     to remove it, and then what led to it
 * SET larder:1:apikey-used:&lt;id&gt;     ms    PX {@link #USED_LIFE}   once a minute for each in use
 * </pre>
 *
 * These lie in different slots, so each order is chosen such that a failure in the middle leaves
 * nothing that lets somebody in: a key is enlisted last, when nobody has been told it yet, and
 * removed first. When it was last used stands apart, so that writing it cannot bring a removed key
 * back.
 */
final class ValkeyKeys implements KeyStore {
  static final Duration USED_LIFE = Duration.ofDays(400);
  private static final int SCANS_MAX = 200;
  private static final String RECORD = "larder:1:apikey:";
  private static final String ID = "larder:1:apikey-id:";
  private static final String USED = "larder:1:apikey-used:";
  private static final String OWNER = "larder:1:apikeys:";
  private static final Script ENLIST = Script.of(ValkeyKeys.class, "enlist.lua");
  private static final Script ENLISTED = Script.of(ValkeyKeys.class, "enlisted.lua");
  private static final Script STRIKE = Script.of(ValkeyKeys.class, "strike.lua");

  private final Valkey valkey;
  private final InstantSource clock;

  ValkeyKeys(Valkey valkey, InstantSource clock) {
    this.valkey = valkey;
    this.clock = clock;
  }

  @Override
  public boolean keep(ApiKey key) {
    var life = life(key);
    valkey.set(ID + key.id(), bytes(key.hash()), life);
    valkey.set(RECORD + key.hash(), ApiKeyJson.write(key), life);
    if (enlist(key, life)) {
      return true;
    }
    // some of those enlisted may be gone by now: reading the list strikes them off
    var unused = of(key.subject());
    if (enlist(key, life)) {
      return true;
    }
    valkey.remove(List.of(RECORD + key.hash(), ID + key.id()));
    return false;
  }

  private boolean enlist(ApiKey key, Duration life) {
    var reply =
        valkey.run(
            ENLIST,
            List.of(OWNER + key.subject()),
            List.of(
                bytes(key.hash()),
                bytes(String.valueOf(life.toMillis())),
                bytes(String.valueOf(ApiKey.PER_OWNER_MAX))));
    return Long.valueOf(1).equals(reply);
  }

  private Duration life(ApiKey key) {
    var left = Duration.between(clock.instant(), key.end());
    return left.isPositive() ? left : Duration.ofMillis(1);
  }

  @Override
  public boolean replace(ApiKey key) {
    return valkey.setIfPresent(RECORD + key.hash(), ApiKeyJson.write(key), life(key));
  }

  @Override
  public Optional<ApiKey> find(String hash) {
    return valkey
        .get(RECORD + hash)
        .flatMap(json -> ApiKeyJson.read(hash, json))
        .filter(this::good);
  }

  private boolean good(ApiKey key) {
    return !key.isOver(clock.instant());
  }

  @Override
  public Optional<ApiKey> named(String id) {
    return valkey.get(ID + id).flatMap(hash -> find(text(hash)));
  }

  @Override
  public boolean remove(ApiKey key) {
    // sent again after a lost reply, it would not know that it was the one
    boolean was = valkey.removeOnce(RECORD + key.hash());
    valkey.remove(List.of(ID + key.id(), USED + key.id()));
    strike(key.subject(), key.hash());
    return was;
  }

  private void strike(String subject, String hash) {
    var unused = valkey.run(STRIKE, List.of(OWNER + subject), List.of(bytes(hash)));
  }

  @Override
  public List<Keys.Listed> of(String subject) {
    var keys = new ArrayList<Keys.Listed>();
    if (valkey.run(ENLISTED, List.of(OWNER + subject), List.of()) instanceof List<?> hashes) {
      for (var one : hashes) {
        var hash = text((byte[]) one);
        // enlisted last, so what is not there will not come
        find(hash).ifPresentOrElse(key -> keys.add(listed(key)), () -> strike(subject, hash));
      }
    }
    return keys;
  }

  private Keys.Listed listed(ApiKey key) {
    return new Keys.Listed(key, valkey.get(USED + key.id()).flatMap(ValkeyKeys::instant));
  }

  private static Optional<Instant> instant(byte[] millis) {
    try {
      return Optional.of(Instant.ofEpochMilli(Long.parseLong(text(millis))));
    } catch (NumberFormatException | DateTimeException damaged) {
      return Optional.empty();
    }
  }

  @Override
  public Keys.Page some(String cursor, int limit) {
    // a scan may come by the same key twice
    var keys = new LinkedHashMap<String, Keys.Listed>();
    var next = cursor;
    int scans = 0;
    do {
      var scanned = valkey.scan(RECORD + "*", next, limit);
      for (var name : scanned.keys()) {
        var hash = name.substring(RECORD.length());
        find(hash).ifPresent(key -> keys.put(hash, listed(key)));
      }
      next = scanned.next();
      scans++;
    } while (!next.isEmpty() && keys.size() < limit && scans < SCANS_MAX);
    return new Keys.Page(List.copyOf(keys.values()), next);
  }

  @Override
  public void used(String id, Instant when) {
    // of a key that is gone nobody wants to know, and many may go
    if (valkey.get(ID + id).isPresent()) {
      valkey.set(USED + id, bytes(String.valueOf(when.toEpochMilli())), USED_LIFE);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
