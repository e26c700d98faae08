package io.larder.job;

/** Something that takes long. */
@FunctionalInterface
public interface Work {
  /**
   * Does it, on a thread of its own.
   *
   * @throws Exception if it cannot be done to the end
   */
  void run(Progress progress) throws Exception;
}
