package io.larder.inference;

import io.larder.model.Fingerprint;
import java.time.Duration;

/** What the cache did for one request. */
public sealed interface CacheStatus {

  /** The entry that the request is about. */
  Fingerprint key();

  /** In one word, as people know it: {@code HIT}, {@code MISS}, … */
  default String word() {
    return switch (this) {
      case Hit hit -> "HIT";
      case Stale stale -> "STALE";
      case Miss miss -> "MISS";
      case Collapsed collapsed -> "COLLAPSED";
      case Bypass bypass -> "BYPASS";
    };
  }

  /**
   * Answered from the cache.
   *
   * @param age how old the entry is
   * @param left how much longer it lives
   * @param providerTime how long the provider took when the entry was made
   */
  record Hit(Fingerprint key, Duration age, Duration left, Duration providerTime)
      implements CacheStatus {}

  /**
   * Answered from the cache with what is past its time.
   *
   * @param past for how long its time has been over
   * @param detail why it could serve: {@code while-revalidate} or {@code if-error}
   */
  record Stale(Fingerprint key, Duration age, Duration past, Duration providerTime, String detail)
      implements CacheStatus {}

  /**
   * Answered by the provider, because there was no entry to use.
   *
   * @param forward why, as RFC 9211 names it: {@code uri-miss}, {@code request} or {@code stale}
   * @param stored whether the answer is in the cache now; a stream's fate is not known when its
   *     header fields go out
   * @param detail why it was not stored, or empty
   */
  record Miss(Fingerprint key, String forward, boolean stored, String detail)
      implements CacheStatus {}

  /**
   * Answered by a call to the provider that was under way already, for somebody else.
   *
   * @param forward why the provider is asked, as RFC 9211 names it
   */
  record Collapsed(Fingerprint key, String forward) implements CacheStatus {}

  /**
   * The cache was not used.
   *
   * @param detail why, such as {@code no-store}
   */
  record Bypass(Fingerprint key, String detail) implements CacheStatus {}
}
