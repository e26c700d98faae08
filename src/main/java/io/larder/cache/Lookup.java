package io.larder.cache;

/** What a lookup found. */
public sealed interface Lookup {
  /** A value that may be used. */
  record Found(Kept kept) implements Lookup {}

  /** No value. */
  record Absent() implements Lookup {}

  /** The shared store gave no answer, and this node remembers nothing: go on as with no value. */
  record Unknown() implements Lookup {}
}
