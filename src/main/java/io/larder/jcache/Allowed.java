package io.larder.jcache;

import java.io.ObjectInputFilter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Which classes may come out of a store. Whoever can write to the store could otherwise have any
 * class of the server made, and some of them run what they are told.
 *
 * @see <a href="https://openjdk.org/jeps/290">JEP 290</a>
 */
final class Allowed implements ObjectInputFilter {
  /** Objects within objects, at most. */
  static final int DEPTH_MAX = 100;

  /** Objects of one value, at most. */
  static final int REFERENCES_MAX = 1_000_000;

  /** Elements of an array, at most. */
  static final int ARRAY_MAX = 16_777_216;

  /** Names of which the verdict is kept: more than an application has, and no more. */
  private static final int VERDICTS_MAX = 1_000;

  /** Longest of these names; bytes of the store may have others. */
  private static final int VERDICT_LENGTH_MAX = 256;

  /** Flaws that the log tells; whoever writes to the store can make as many as they like. */
  private static final int REPORTED_MAX = 1_000;

  /** Values as such, without references to anything that acts. */
  private static final List<String> ALWAYS =
      List.of(
          "java.lang.Boolean",
          "java.lang.Byte",
          "java.lang.Character",
          "java.lang.Double",
          "java.lang.Enum",
          "java.lang.Float",
          "java.lang.Integer",
          "java.lang.Long",
          "java.lang.Number",
          "java.lang.Object",
          "java.lang.Record",
          "java.lang.Short",
          "java.lang.StackTraceElement",
          "java.lang.String",
          "java.math.*",
          "java.net.URI",
          "java.time.**",
          "java.util.AbstractMap$SimpleEntry",
          "java.util.AbstractMap$SimpleImmutableEntry",
          "java.util.ArrayDeque",
          "java.util.ArrayList",
          "java.util.Arrays$ArrayList",
          "java.util.BitSet",
          "java.util.CollSer",
          "java.util.Collections$*",
          "java.util.Currency",
          "java.util.Date",
          "java.util.EnumMap",
          "java.util.EnumSet$SerializationProxy",
          "java.util.HashMap",
          "java.util.HashSet",
          "java.util.Hashtable",
          "java.util.ImmutableCollections*",
          "java.util.LinkedHashMap",
          "java.util.LinkedHashSet",
          "java.util.LinkedList",
          "java.util.Locale",
          "java.util.Map$Entry",
          "java.util.Properties",
          "java.util.Stack",
          "java.util.TreeMap",
          "java.util.TreeSet",
          "java.util.UUID",
          "java.util.Vector",
          "java.util.concurrent.ConcurrentHashMap",
          "java.util.concurrent.ConcurrentHashMap$Segment",
          "java.util.concurrent.CopyOnWriteArrayList",
          "java.util.concurrent.TimeUnit",
          "java.util.concurrent.atomic.Atomic*",
          "java.util.concurrent.locks.*");

  private static final Logger LOG = System.getLogger(Allowed.class.getName());

  private final List<String> patterns;
  private final Set<Flaw> reported = ConcurrentHashMap.newKeySet();
  private final Map<String, Boolean> verdicts = new ConcurrentHashMap<>();

  /**
   * Values of the JDK and these.
   *
   * @param more names of classes; {@code p.*} = those of a package, {@code p.**} = with the
   *     packages below
   */
  Allowed(List<String> more) {
    this.patterns = Stream.concat(ALWAYS.stream(), more.stream()).toList();
  }

  @Override
  public Status checkInput(FilterInfo info) {
    var excess = excess(info);
    if (excess.isPresent()) {
      warn(excess.get());
      return Status.REJECTED;
    }
    var type = info.serialClass();
    return type == null || allows(type.getName()) ? Status.UNDECIDED : refused(type.getName());
  }

  private Status refused(String name) {
    warn(Flaw.ofClass(name));
    return Status.REJECTED;
  }

  /** What there is too much of; empty = nothing. */
  static Optional<Flaw> excess(FilterInfo info) {
    if (info.depth() > DEPTH_MAX) {
      return Optional.of(Flaw.of("more than " + DEPTH_MAX + " objects within one another"));
    }
    if (info.references() > REFERENCES_MAX) {
      return Optional.of(Flaw.of("more than " + REFERENCES_MAX + " objects"));
    }
    return info.arrayLength() > ARRAY_MAX
        ? Optional.of(Flaw.of("an array of more than " + ARRAY_MAX + " elements"))
        : Optional.empty();
  }

  /** Whether objects of that class may be read; of an array, its elements. */
  boolean allows(String name) {
    var verdict = verdicts.get(name);
    if (verdict != null) {
      return verdict;
    }
    boolean allowed = isListed(name);
    if (verdicts.size() < VERDICTS_MAX && name.length() <= VERDICT_LENGTH_MAX) {
      verdicts.put(name, allowed);
    }
    return allowed;
  }

  private boolean isListed(String name) {
    var element = name.replaceFirst("^\\[+", "");
    if (!element.equals(name)) {
      if (element.length() == 1) {
        return true;
      }
      element = element.substring(1, element.length() - 1);
    }
    for (var pattern : patterns) {
      if (matches(pattern, element)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(String pattern, String name) {
    if (pattern.endsWith(".**")) {
      return name.startsWith(pattern.substring(0, pattern.length() - 2));
    }
    if (pattern.endsWith("*")) {
      int begin = pattern.length() - 1;
      return name.startsWith(pattern.substring(0, begin)) && name.indexOf('.', begin) < 0;
    }
    return name.equals(pattern);
  }

  /**
   * What is wrong with bytes of Java's serialisation, such as the first class that is not allowed,
   * found without loading it; empty = nothing, or they are something else.
   */
  Optional<Flaw> screen(byte[] bytes, int length) {
    if (length < 2 || (bytes[0] & 0xff) != 0xac || (bytes[1] & 0xff) != 0xed) {
      return Optional.empty();
    }
    var found = new Screen(this).flaw(bytes);
    found.ifPresent(this::warn);
    return found;
  }

  /** Something was not readable; refused classes were told already. */
  void report(Exception unreadable) {
    LOG.log(Level.DEBUG, "an entry is not readable and counts as absent: {0}", unreadable);
  }

  /** Says in the log what is wrong with a value, once. */
  void warn(Flaw flaw) {
    if (reported.size() < REPORTED_MAX && reported.add(flaw)) {
      LOG.log(
          Level.WARNING,
          flaw.ofClass()
              ? "class refused, not in larder.jcache.classes; what has it is not kept: {0}"
              : "a value is not kept: {0}",
          flaw.what());
    }
  }
}
