package io.larder.jcache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a thread has read or written last, as an object and as bytes. In one request the server
 * reads the facts of a session three times and writes them six times, and most of these are what
 * they were the time before; Java's serialising of them would take longer than all else that is
 * done here.
 *
 * <p>Kept are only lists of plain facts, and copies of them, so that nobody can change what is
 * kept.
 */
final class Recent {
  /** What is expected to be there, and what is put in its place. */
  private static final int KEPT = 2;

  /** More is not a list of facts; a thread keeps no more than twice that. */
  private static final int BYTES_MAX = 4_096;

  private static final ThreadLocal<Recent> HERE = ThreadLocal.withInitial(Recent::new);

  private final @Nullable Pair[] pairs = new Pair[KEPT];
  private int oldest;

  /** The same, as an object and as bytes. */
  private static final class Pair {
    private final List<Object> facts;
    private final byte[] bytes;

    Pair(List<Object> facts, byte[] bytes) {
      this.facts = facts;
      this.bytes = bytes;
    }
  }

  private Recent() {}

  /** What this thread knows. */
  static Recent here() {
    return HERE.get();
  }

  /** The bytes of an object, which are made only if they are not known. */
  <T> byte[] bytes(T object, Function<T, byte[]> serialise) {
    if (!isFacts(object)) {
      return serialise.apply(object);
    }
    for (var pair : pairs) {
      if (pair != null && pair.facts.equals(object)) {
        return pair.bytes;
      }
    }
    var bytes = serialise.apply(object);
    note((List<?>) object, bytes);
    return bytes;
  }

  /** A new object of these bytes, which are read only if that is not known; empty = unreadable. */
  Optional<Object> object(byte[] bytes, Function<byte[], Optional<Object>> deserialise) {
    for (var pair : pairs) {
      if (pair != null && Arrays.equals(pair.bytes, bytes)) {
        return Optional.of(copy(pair.facts));
      }
    }
    var read = deserialise.apply(bytes);
    read.filter(Recent::isFacts).ifPresent(facts -> note((List<?>) facts, bytes));
    return read;
  }

  private void note(List<?> facts, byte[] bytes) {
    if (bytes.length <= BYTES_MAX) {
      pairs[oldest] = new Pair(copy(facts), bytes);
      oldest = (oldest + 1) % KEPT;
    }
  }

  /** Shares nothing with that list which anybody could change. */
  private static List<Object> copy(List<?> facts) {
    var copy = new ArrayList<@Nullable Object>(facts.size());
    for (var fact : facts) {
      copy.add(fact instanceof TreeSet<?> names ? new TreeSet<>(names) : fact);
    }
    return copy;
  }

  /** Equal ones of these have equal bytes. */
  private static boolean isFacts(Object object) {
    return object.getClass() == ArrayList.class
        && ((ArrayList<?>) object).stream().allMatch(fact -> fact == null || isPlain(fact));
  }

  private static boolean isPlain(Object fact) {
    return fact instanceof Long
        || fact instanceof Integer
        || fact instanceof Short
        || fact instanceof Boolean
        || fact instanceof String
        || (fact instanceof TreeSet<?> names && isOfNames(names));
  }

  private static boolean isOfNames(SortedSet<?> names) {
    return names.getClass() == TreeSet.class
        && names.comparator() == null
        && names.stream().allMatch(String.class::isInstance);
  }
}
