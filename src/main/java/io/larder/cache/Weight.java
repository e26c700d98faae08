package io.larder.cache;

/** What a value costs in memory, in bytes. */
final class Weight {
  /** Key, node of the table, expiry, instants. Measured; see docs/internals/performance.md. */
  private static final int OVERHEAD_BYTES = 420;

  /** A stamp, its label, and a name of some twenty characters. */
  private static final int STAMP_BYTES = 94;

  private Weight() {}

  static int of(String name, Kept kept) {
    return OVERHEAD_BYTES
        + name.length()
        + kept.stamps().size() * STAMP_BYTES
        + kept.value().length;
  }
}
