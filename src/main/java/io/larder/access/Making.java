package io.larder.access;

/** What has become of the wish for a new key. */
public sealed interface Making {
  /**
   * It is made.
   *
   * @param secret the key itself, known here and now only
   */
  record Made(ApiKey key, Secret secret) implements Making {}

  /** It cannot be like that; {@code why} names the member. */
  record Wrong(String why) implements Making {}

  /** The caller may not have one like that. */
  record Denied() implements Making {}

  /** There is no key in whose place it could come. */
  record Absent() implements Making {}

  /** The owner has as many as may be. */
  record Full(int most) implements Making {}
}
