package io.larder.ratelimit;

import java.time.Duration;
import java.util.List;

/**
 * What was used, by subject and policy. One step checks all policies of a subject and counts for
 * all of them or for none.
 *
 * @see Policy what a window admits
 */
interface Counters {
  /** How long a request in progress counts without being renewed. */
  Duration LEASE = Duration.ofSeconds(60);

  /**
   * May this go on?
   *
   * @param subject who; counters of different subjects have nothing in common
   * @param id unlike that of any other request; names what was counted
   * @param charges of different policies
   */
  Decision decide(String subject, String id, List<Charge> charges);

  /**
   * Puts what was really used in the place of what was charged, in the time in which it was
   * charged. Only the first settlement of an id has an effect, and only for as long as its window
   * lasts. Concurrency is given back.
   *
   * @param used of each policy charged, in the same order
   */
  void settle(String subject, String id, List<Charge> charges, List<Long> used);

  /** Says that a request is still in progress, also where that was forgotten meanwhile. */
  void renew(String subject, String id, List<Charge> charges);
}
