package io.larder.jcache;

/**
 * Why a value is not kept.
 *
 * @param what a class that is not allowed, or what is wrong otherwise
 * @param ofClass whether it is a class
 */
record Flaw(String what, boolean ofClass) {
  /** A class that {@code larder.jcache.classes} does not name. */
  static Flaw ofClass(String name) {
    return new Flaw(name, true);
  }

  static Flaw of(String what) {
    return new Flaw(what, false);
  }

  /** What whoever writes the value is told. */
  String refusal() {
    return ofClass
        ? what
            + " may not be kept: larder.jcache.classes does not allow it, see docs/guide/sessions.md"
        : "a value is not kept: " + what;
  }
}
