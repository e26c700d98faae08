package io.larder.cache;

/** What a lookup found. */
public sealed interface Lookup {
  /** A value that may be used. */
  record Found(Kept kept) implements Lookup {}

  /** A value past its time to live, which {@link Kept#retention} may let serve all the same. */
  record Stale(Kept kept) implements Lookup {}

  /**
   * No value.
   *
   * @param version of what stands in its place: something dead, or 0 = nothing
   */
  record Absent(long version) implements Lookup {}

  /** The shared store gave no answer, and this node remembers nothing: go on as with no value. */
  record Unknown() implements Lookup {}
}
