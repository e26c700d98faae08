package io.larder.jcache;

import java.io.InvalidClassException;

/** What stops the writing or reading of an object that may not be kept. */
final class Refused extends InvalidClassException {
  private static final long serialVersionUID = 1L;
  private final String name;

  /**
   * A refusal.
   *
   * @param name the class, or what else is wrong
   */
  Refused(String name) {
    super(name);
    this.name = name;
  }

  String name() {
    return name;
  }
}
