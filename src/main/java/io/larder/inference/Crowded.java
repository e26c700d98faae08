package io.larder.inference;

/** So many wait for the same answer that no more are let in. */
public final class Crowded extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Crowded() {
    super("too many requests wait for the same answer", null, false, false);
  }
}
