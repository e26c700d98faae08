package io.larder.inference;

/** The caller wanted a cached answer or none ({@code only-if-cached}), and there is none. */
public final class NotCached extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient CacheStatus status;

  NotCached(CacheStatus status) {
    super(
        "the answer is not in the cache, and only-if-cached forbids asking for it",
        null,
        false,
        false);
    this.status = status;
  }

  /** What the cache did. */
  public CacheStatus status() {
    return status;
  }
}
