package io.larder.cached;

/** Who shares the values of an annotated method. */
public enum Scope {
  /** All callers; also those nobody has identified. */
  GLOBAL,
  /** The callers of one tenant. */
  TENANT,
  /** One user of one tenant alone. */
  USER
}
