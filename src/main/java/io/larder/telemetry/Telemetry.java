package io.larder.telemetry;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/**
 * All figures that Larder publishes at {@code /metrics}. Tags come from closed sets: cache types,
 * results, providers of the configuration; never from a caller.
 *
 * @see <a href="https://github.com/eclipse/microprofile-metrics">MicroProfile Metrics 5.1</a>
 */
public final class Telemetry implements ValkeyFigures {
  private final MetricRegistry registry;
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();
  private final Map<String, Timer> timers = new ConcurrentHashMap<>();
  private final AtomicInteger streamsOpen = new AtomicInteger();
  private final Timer lookup;
  private final Timer firstToken;

  /** Figures kept in that registry. */
  public Telemetry(MetricRegistry registry) {
    this.registry = registry;
    this.lookup =
        registry.timer(metadata("larder_cache_lookup", "Time to look one answer up, hit or miss"));
    this.firstToken =
        registry.timer(
            metadata("larder_first_token", "Time from asking a provider to its first event"));
    registry.gauge(
        metadata("larder_streams_open", "Streams being sent to clients now"), streamsOpen::get);
  }

  /**
   * One cacheable request was answered. Requests = hit + miss + bypass + error.
   *
   * @param type the cache type, such as {@code chat}
   * @param result {@code hit}, {@code miss} or {@code bypass}
   */
  public void cacheRequest(String type, String result) {
    counter(
            "larder_cache_requests",
            "Requests by cache type and by what the cache did",
            new Tag("type", type),
            new Tag("result", result))
        .inc();
  }

  /** One lookup took that long. */
  public void cacheLookup(Duration time) {
    lookup.update(time);
  }

  /** A stored value could not be read: another format, or damaged. It counted as a miss. */
  public void cacheUnreadable() {
    counter("larder_cache_unreadable", "Stored values in another format or damaged, all misses")
        .inc();
  }

  /** A provider has answered completely, or failed. */
  public void inference(String provider, String wire, boolean stream, Duration time) {
    var key = provider + '/' + wire + '/' + stream;
    var timer = timers.get(key);
    if (timer == null) {
      timer =
          registry.timer(
              metadata("larder_inference", "Time that providers took for whole answers"),
              new Tag("provider", provider),
              new Tag("wire", wire),
              new Tag("stream", String.valueOf(stream)));
      timers.put(key, timer);
    }
    timer.update(time);
  }

  /** A provider's first event has come. */
  public void firstToken(Duration time) {
    firstToken.update(time);
  }

  /**
   * One attempt to ask a provider has come to header fields, or to nothing. Requests that reached
   * the provider = all but {@code busy} and {@code open}.
   *
   * @param result {@code ok}, {@code error} for a status that says the provider cannot answer now,
   *     {@code unreachable}, {@code timed_out}, {@code cut}, {@code busy} or {@code open}
   */
  public void providerAttempt(String provider, String result) {
    counter(
            "larder_provider_attempts",
            "Attempts to ask providers, by outcome",
            new Tag("provider", provider),
            new Tag("result", result))
        .inc();
  }

  /** Publishes how many requests a provider has now. */
  public void providerInFlight(String provider, Supplier<Integer> count) {
    registry.gauge(
        metadata("larder_provider_in_flight", "Requests that providers have now"),
        count,
        new Tag("provider", provider));
  }

  /** Publishes how many requests wait for a free connection to a provider now. */
  public void providerQueued(String provider, Supplier<Integer> count) {
    registry.gauge(
        metadata("larder_provider_queued", "Requests that wait for a free connection now"),
        count,
        new Tag("provider", provider));
  }

  /** A hit saved that many tokens. */
  public void tokensSaved(long tokens) {
    counter("larder_tokens_saved", "Tokens, in and out, that hits did not cost").inc(tokens);
  }

  @Override
  public void valkeyCall(String store, String result) {
    counter(
            "larder_valkey_calls",
            "Calls to Valkey by store and outcome",
            new Tag("store", store),
            new Tag("result", result))
        .inc();
  }

  @Override
  public void breaker(String target, Supplier<Integer> state) {
    registry.gauge(
        metadata("larder_breaker_state", "State of a breaker: 0 closed, 1 half-open, 2 open"),
        state,
        new Tag("target", target));
  }

  /**
   * A limit has said something.
   *
   * @param policy its name in the configuration
   * @param decision {@code admitted}, {@code near} = admitted, but four fifths are used, {@code
   *     refused}, {@code shadow} = would have been refused, or what became of it while Valkey was
   *     out of reach: {@code open}, {@code closed}
   */
  public void limitDecision(String policy, String decision) {
    counter(
            "larder_limit_decisions",
            "Decisions of limits by policy",
            new Tag("policy", policy),
            new Tag("decision", decision))
        .inc();
  }

  /** Tokens were charged before a provider was asked, and so many of them were used. */
  public void limitTokens(String policy, long reserved, long settled) {
    var tag = new Tag("policy", policy);
    counter("larder_limit_tokens_reserved", "Tokens charged before a provider was asked", tag)
        .inc(reserved);
    counter("larder_limit_tokens_settled", "Tokens of those requests that were used", tag)
        .inc(settled);
  }

  /** Publishes how many answers are in flight on this node, and how many bytes their logs hold. */
  public void flights(Supplier<Integer> count, Supplier<Long> bytes) {
    registry.gauge(metadata("larder_flights_open", "Answers in flight on this node"), count);
    registry.gauge(metadata("larder_flights_bytes", "Bytes that their logs hold"), bytes);
  }

  /**
   * An answer in a conversation has its end, and the store has it. Answers that were asked for here
   * = complete + interrupted + failed + those that are open.
   *
   * @param result {@code complete}, {@code interrupted}, {@code failed}, or {@code recovered} =
   *     completed from the cache after its node had gone
   */
  public void conversationAnswer(String result) {
    counter(
            "larder_conversation_answers",
            "Answers in conversations by how they ended",
            new Tag("result", result))
        .inc();
  }

  /** Publishes how many answers in conversations come on this node, or are still to be stored. */
  public void conversationAnswersOpen(Supplier<Integer> count) {
    registry.gauge(
        metadata(
            "larder_conversation_answers_open",
            "Answers in conversations that are not stored to their end"),
        count);
  }

  /**
   * The store of conversations was asked, whatever came of it.
   *
   * @param operation such as {@code append}
   */
  public void conversationStore(String operation, Duration time) {
    timers
        .computeIfAbsent(
            "conversation/" + operation,
            absent ->
                registry.timer(
                    metadata(
                        "larder_conversation_store", "Time that the store of conversations took"),
                    new Tag("operation", operation)))
        .update(time);
  }

  /** A stream to a client has begun. */
  public void streamOpened() {
    streamsOpen.incrementAndGet();
  }

  /** A stream to a client has ended, well or not. */
  public void streamClosed() {
    streamsOpen.decrementAndGet();
  }

  private Counter counter(String name, String description, Tag... tags) {
    var key = new StringBuilder(name);
    for (var tag : tags) {
      key.append('/').append(tag.getTagValue());
    }
    return counters.computeIfAbsent(
        key.toString(), absent -> registry.counter(metadata(name, description), tags));
  }

  private static Metadata metadata(String name, String description) {
    return Metadata.builder()
        .withName(name)
        .withDescription(description)
        .withUnit(MetricUnits.NONE)
        .build();
  }
}
