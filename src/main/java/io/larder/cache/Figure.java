package io.larder.cache;

import java.util.Locale;

/** What is counted of a cache type. Requests = hits + misses + stale + collapsed + bypassed. */
public enum Figure {
  /** Requests answered from the cache. */
  HITS,
  /** Requests for which nothing was found, and which were answered all the same. */
  MISSES,
  /** Requests answered with a value past its time. */
  STALE,
  /** Requests answered by joining one that was under way. */
  COLLAPSED,
  /** Requests that left the cache out. */
  BYPASSED,
  /** Values that were kept. */
  STORED,
  /** Misses that ended with an error. */
  ERRORS,
  /** Bytes that hits sent. */
  BYTES,
  /** Tokens, in and out, that hits did not cost. */
  TOKENS_SAVED,
  /** Milliseconds for which providers were not waited for, thanks to hits. */
  MILLIS_SAVED;

  /** The name in JSON and in Valkey, such as {@code tokensSaved}. */
  public String text() {
    var words = name().toLowerCase(Locale.ROOT).split("_", -1);
    return words.length == 1
        ? words[0]
        : words[0] + words[1].substring(0, 1).toUpperCase(Locale.ROOT) + words[1].substring(1);
  }
}
