package io.larder.provider;

import java.time.Duration;

/** Demo providers for tests of other rooms. */
public final class Demo {
  private Demo() {}

  /** A demo provider that answers at once. */
  public static Provider named(String name) {
    return new DemoProvider(name, Duration.ZERO);
  }
}
