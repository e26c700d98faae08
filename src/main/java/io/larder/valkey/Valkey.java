package io.larder.valkey;

import io.larder.guard.Breaker;
import io.larder.telemetry.ValkeyFigures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.SetParams;

/**
 * One Valkey store. Connects when first used, so a node starts and serves with Valkey down.
 *
 * <p>A call takes at most the time to get a connection plus the time to read a reply. Commands that
 * may be sent twice are, once, when a connection proves dead or a server says that it cannot serve
 * now. After {@value Lifeline#FAILURES_MAX} failures in a row the breaker opens and calls fail at
 * once; a probe in the background, never a request, finds out when Valkey is back. That no
 * connection was free is no failure of Valkey's.
 *
 * <p>Every method throws {@link ValkeyUnavailable} if there is no usable answer; what was to be
 * written may have been written all the same.
 */
public final class Valkey implements AutoCloseable {
  private static final Script ADD = Script.of(Valkey.class, "add.lua");

  private final String store;
  private final ValkeyUri uri;
  private final Lifeline lifeline;
  private final Calls calls;

  /**
   * A store. Sentinels and nodes of a cluster are asked at once where the servers are, and if none
   * answers, now and then in the background.
   *
   * @param store {@code cache} or {@code state}, for metrics and logs
   */
  Valkey(String store, ValkeyUri uri, ValkeySettings settings, ValkeyFigures figures) {
    this.store = store;
    this.uri = uri;
    this.lifeline = new Lifeline(store, uri, settings);
    this.calls = new Calls(store, lifeline, settings, figures);
    figures.breaker("valkey-" + store, this::stateFigure);
  }

  private int stateFigure() {
    return switch (lifeline.state()) {
      case CLOSED -> 0;
      case HALF_OPEN -> 1;
      case OPEN -> 2;
    };
  }

  /** The value of a key: {@code GET}. */
  public Optional<byte[]> get(String key) {
    return Optional.ofNullable(calls.call(jedis -> jedis.get(Link.bytes(key))));
  }

  /**
   * The first bytes of each key's value and how long it is: {@code GETRANGE}, and {@code STRLEN} of
   * longer ones. Keys without a value are left out.
   */
  public Map<String, Beginning> beginnings(Collection<String> keys, int bytesMax) {
    var found = new LinkedHashMap<String, Beginning>();
    for (var key : keys) {
      var raw = Link.bytes(key);
      var begin = calls.call(jedis -> jedis.getrange(raw, 0, bytesMax - 1L));
      if (begin != null && begin.length > 0) {
        boolean whole = begin.length < bytesMax;
        var length = whole ? Long.valueOf(begin.length) : calls.call(jedis -> jedis.strlen(raw));
        found.put(key, new Beginning(begin, length == null ? begin.length : length));
      }
    }
    return found;
  }

  /** Sets a key for a time: {@code SET … PX}. */
  public void set(String key, byte[] value, Duration ttl) {
    var unused = calls.call(jedis -> jedis.set(Link.bytes(key), value, params(ttl)));
  }

  /** Sets a key for a time unless it is there, and says whether it did: {@code SET … PX NX}. */
  public boolean setIfAbsent(String key, byte[] value, Duration ttl) {
    // sent again after a lost reply, it could refuse what it has just set
    return calls.callOnce(jedis -> jedis.set(Link.bytes(key), value, params(ttl).nx())) != null;
  }

  /** Sets a key for a time if it is there, and says whether it did: {@code SET … PX XX}. */
  public boolean setIfPresent(String key, byte[] value, Duration ttl) {
    return calls.call(jedis -> jedis.set(Link.bytes(key), value, params(ttl).xx())) != null;
  }

  private static SetParams params(Duration ttl) {
    return SetParams.setParams().px(Math.max(1, ttl.toMillis()));
  }

  /** Removes keys: {@code UNLINK} of all at once, in a cluster of each. */
  public void remove(Collection<String> keys) {
    var raw = keys.stream().map(Link::bytes).toArray(byte[][]::new);
    if (uri.kind() == ValkeyUri.Kind.CLUSTER) {
      for (var key : raw) {
        var unused = calls.call(jedis -> jedis.unlink(key));
      }
    } else {
      var unused = calls.call(jedis -> jedis.unlink(raw));
    }
  }

  /** Removes a key, and says whether it was there: {@code UNLINK}, never sent twice. */
  public boolean removeOnce(String key) {
    return Long.valueOf(1).equals(calls.callOnce(jedis -> jedis.unlink(Link.bytes(key))));
  }

  /** Adds to fields of a hash and sets its expiry, by a script that is never sent twice. */
  public void add(String key, Map<String, Long> fields, Duration ttl) {
    var args = new ArrayList<byte[]>();
    args.add(Link.bytes(String.valueOf(ttl.toMillis())));
    fields.forEach(
        (field, more) -> {
          args.add(Link.bytes(field));
          args.add(Link.bytes(String.valueOf(more)));
        });
    var unused = calls.callOnce(jedis -> ADD.run(jedis, List.of(Link.bytes(key)), args));
  }

  /** The fields of a hash: {@code HGETALL}. */
  public Map<String, String> fields(String key) {
    var fields = calls.call(jedis -> jedis.hgetAll(key));
    return fields == null ? Map.of() : fields;
  }

  /** The fields of several hashes: {@code HGETALL} of each, all in one pipeline. */
  public Map<String, Map<String, String>> fields(Collection<String> keys) {
    var found = new LinkedHashMap<String, Map<String, String>>();
    var unused =
        calls.call(
            jedis -> {
              try (var pipeline = jedis.pipelined()) {
                var replies = new LinkedHashMap<String, Response<Map<String, String>>>();
                keys.forEach(key -> replies.put(key, pipeline.hgetAll(key)));
                pipeline.sync();
                replies.forEach((key, reply) -> found.put(key, reply.get()));
              }
              return found;
            });
    return found;
  }

  /**
   * Runs a script that may be run twice.
   *
   * @param keys all keys it uses, with one hash tag
   * @return the reply: null, {@code Long}, {@code byte[]}, or a {@code List} of these
   */
  public @Nullable Object run(Script script, List<String> keys, List<byte[]> args) {
    var raw = keys.stream().map(Link::bytes).toList();
    return calls.call(jedis -> script.run(jedis, raw, args));
  }

  /**
   * Runs a script that must not be run twice.
   *
   * @param keys all keys it uses, with one hash tag
   * @return the reply, as for {@link #run}
   */
  public @Nullable Object runOnce(Script script, List<String> keys, List<byte[]> args) {
    var raw = keys.stream().map(Link::bytes).toList();
    return calls.callOnce(jedis -> script.run(jedis, raw, args));
  }

  /**
   * Runs a script that may be run twice over keys of any slots: at once, in a cluster for each key.
   *
   * @param script replies a number
   * @return the sum of these
   */
  public long sum(Script script, List<String> keys, List<byte[]> args) {
    var parts =
        uri.kind() == ValkeyUri.Kind.CLUSTER ? keys.stream().map(List::of).toList() : List.of(keys);
    long sum = 0;
    for (var part : parts) {
      if (!(run(script, part, args) instanceof Long number)) {
        throw ValkeyUnavailable.garbage("a script replied something else than a number");
      }
      sum += number;
    }
    return sum;
  }

  /**
   * Some of the keys that match, in no order: {@code SCAN}, primary after primary.
   *
   * @param pattern a glob
   * @param cursor empty to begin, else the page's before
   * @param count how many keys a server looks at, which bounds the time it takes
   */
  public ScanPage scan(String pattern, String cursor, int count) {
    var page = calls.call(jedis -> ScanPage.read(lifeline.current(), pattern, cursor, count));
    return page == null ? ScanPage.END : page;
  }

  /** Asks for nothing in particular, so that an outage is noticed when nobody else calls. */
  public void touch() {
    var unused = get(Lifeline.PROBE + 0);
  }

  /** What its servers say of themselves: {@code INFO} and {@code DBSIZE} of each primary. */
  public Occupancy occupancy() {
    var deadline = calls.deadline();
    return Objects.requireNonNull(
        calls.callOnce(jedis -> Occupancy.read(lifeline.current(), deadline)));
  }

  /**
   * Publishes from now on what its servers say of themselves, asked in the background every {@value
   * Census#PAUSE_SECONDS} s.
   */
  void count(ValkeyFigures figures) {
    var census = new Census(store, this);
    census.publish(figures);
    var unused =
        lifeline
            .scheduler()
            .scheduleWithFixedDelay(census::ask, 0, Census.PAUSE_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Listens to a channel until closed.
   *
   * @param routeKey a key whose owner publishes the messages; see {@link Subscription}
   */
  public Subscription subscribe(String channel, String routeKey, Subscription.Listener listener) {
    var subscription =
        new Subscription(
            "larder-" + store + "-listener",
            channel,
            routeKey,
            listener,
            lifeline::link,
            lifeline.scheduler());
    subscription.start();
    return subscription;
  }

  /** The breaker's state now. */
  public Breaker.State state() {
    return lifeline.state();
  }

  /**
   * As far as is known: {@code OK}, {@code DEGRADED} = out of reach, or {@code FULL} = it takes
   * nothing new.
   */
  public String condition() {
    if (lifeline.state() != Breaker.State.CLOSED) {
      return "DEGRADED";
    }
    return lifeline.isFull() ? "FULL" : "OK";
  }

  /** The breaker's state in words: {@code CLOSED}, {@code HALF_OPEN} or {@code OPEN}. */
  public String breaker() {
    return lifeline.state().name();
  }

  /** How often the breaker has opened. */
  public long opened() {
    return lifeline.opened();
  }

  /** Where this store is, without credentials. */
  public String address() {
    return uri.toString();
  }

  @Override
  public void close() {
    lifeline.close();
  }
}
