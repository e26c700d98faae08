package io.larder.jcache;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is to become of an entry, all or nothing. */
final class Change {
  /** The hash lives as long as it would anyway. */
  static final long LEAVE = -1;

  private static final byte[] NOTHING = {};

  private final Condition condition;
  private final byte[] expected;
  private final byte @Nullable [] value;
  private final long createdMillis;
  private final long updatedMillis;
  private final Map<String, byte[]> parts;
  private final boolean access;

  /** What must hold for a change to happen. */
  enum Condition {
    /** Nothing. */
    ANY,
    /** There is no such entry. */
    ABSENT,
    /** There is one. */
    PRESENT,
    /** There is one of exactly the expected bytes. */
    EQUAL
  }

  /** What became of a change. */
  static final class Outcome {
    static final Outcome REFUSED = new Outcome(false, null);

    private final boolean done;
    private final byte @Nullable [] before;

    Outcome(boolean done, byte @Nullable [] before) {
      this.done = done;
      this.before = before;
    }

    /** Whether it happened. */
    boolean done() {
      return done;
    }

    /** What was there; null = nothing. */
    byte @Nullable [] before() {
      return before;
    }
  }

  private Change(
      Condition condition,
      byte[] expected,
      byte @Nullable [] value,
      long createdMillis,
      long updatedMillis,
      Map<String, byte[]> parts,
      boolean access) {
    this.condition = condition;
    this.expected = expected;
    this.value = value;
    this.createdMillis = createdMillis;
    this.updatedMillis = updatedMillis;
    this.parts = parts;
    this.access = access;
  }

  /**
   * Writes an entry.
   *
   * @param createdMillis how long its hash lives if it is new; {@link #LEAVE}, or 0 = it is not
   *     made
   * @param updatedMillis the same if it was there; 0 = it goes
   */
  static Change set(Condition condition, byte[] value, long createdMillis, long updatedMillis) {
    return new Change(condition, NOTHING, value, createdMillis, updatedMillis, Map.of(), false);
  }

  /** Writes an entry that has exactly these bytes. */
  static Change replace(byte[] expected, byte[] value, long updatedMillis) {
    return new Change(Condition.EQUAL, expected, value, LEAVE, updatedMillis, Map.of(), false);
  }

  /** Removes an entry. */
  static Change remove() {
    return new Change(Condition.ANY, NOTHING, null, LEAVE, LEAVE, Map.of(), false);
  }

  /** Removes an entry that has exactly these bytes. */
  static Change removeIf(byte[] expected) {
    return new Change(Condition.EQUAL, expected, null, LEAVE, LEAVE, Map.of(), false);
  }

  /** The same, and other fields of the hash with it; an empty array = removed. */
  Change with(Map<String, byte[]> fields) {
    return new Change(
        condition, expected, value, createdMillis, updatedMillis, Map.copyOf(fields), access);
  }

  /** The same, by which a request begins. */
  Change asAccess() {
    return new Change(condition, expected, value, createdMillis, updatedMillis, parts, true);
  }

  Condition condition() {
    return condition;
  }

  /** The bytes that must be there for {@link Condition#EQUAL}, else none. */
  byte[] expected() {
    return expected;
  }

  /** The new bytes; null = the entry is to be removed. */
  byte @Nullable [] value() {
    return value;
  }

  long createdMillis() {
    return createdMillis;
  }

  long updatedMillis() {
    return updatedMillis;
  }

  /** Other fields of the same hash that change with it. */
  Map<String, byte[]> parts() {
    return parts;
  }

  /** Whether a request begins by it: what its thread has done before is of another one. */
  boolean isAccess() {
    return access;
  }

  /** Whether it can be told by what is there if it has happened: then it may be sent twice. */
  boolean tellsItself() {
    return !removes() && (condition == Condition.EQUAL || condition == Condition.ABSENT);
  }

  /** Whether it sets what is there already, if that is as expected. */
  boolean isReplacement() {
    return condition == Condition.EQUAL && !removes();
  }

  boolean removes() {
    return value == null;
  }

  boolean admits(byte @Nullable [] before) {
    return switch (condition) {
      case ANY -> true;
      case ABSENT -> before == null;
      case PRESENT -> before != null;
      case EQUAL -> before != null && Arrays.equals(before, expected);
    };
  }
}
