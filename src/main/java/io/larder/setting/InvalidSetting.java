package io.larder.setting;

/** A setting has a value that it must not have; the message is the one line the operator reads. */
public final class InvalidSetting extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A wrong value.
   *
   * @param name the setting, as in {@code larder.cache.scope}
   * @param range what it may be
   * @param found what was found; must not be a secret
   */
  public InvalidSetting(String name, String range, String found) {
    super(name + " must be " + range + ", was " + found);
  }
}
