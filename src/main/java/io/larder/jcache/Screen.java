package io.larder.jcache;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter.Status;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamConstants;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads Java's serialisation for the names of its classes alone. No class but of arrays of
 * primitives is loaded, so nothing in the bytes comes to life: an object whose class is not there
 * is skipped, as the format wants it.
 *
 * <p>Whoever reads the bytes for good must come by the same names. So what only the class itself
 * could find the end of is refused, since more names may hide there: objects that write themselves
 * without blocks (version 1 of the protocol), and objects that the stream calls plain while their
 * class reads more than its fields.
 *
 * @see <a href="https://docs.oracle.com/en/java/javase/21/docs/specs/serialization/protocol.html">
 *     Java Object Serialization Specification, 6</a>
 */
final class Screen {
  /** Arrays of primitives. */
  private static final Pattern PRIMITIVES = Pattern.compile("\\[+[A-Z]");

  /** Whether a class has {@code writeObject}; to ask it anew would cost an exception each time. */
  private static final ClassValue<Boolean> WRITES_MORE =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          try {
            var unused = type.getDeclaredMethod("writeObject", ObjectOutputStream.class);
            return true;
          } catch (NoSuchMethodException | LinkageError none) {
            return false;
          }
        }
      };

  private final Allowed allowed;

  Screen(Allowed allowed) {
    this.allowed = allowed;
  }

  /** What is wrong with them; empty = nothing. */
  Optional<Flaw> flaw(byte[] bytes) {
    var source = new Source(bytes);
    var excess = new AtomicReference<@Nullable Flaw>();
    try (var names = new Names(source)) {
      names.setObjectInputFilter(
          info -> {
            // classes are looked at where they would be resolved
            var found = Allowed.excess(info);
            found.ifPresent(excess::set);
            return found.isPresent() ? Status.REJECTED : Status.UNDECIDED;
          });
      // an end within an object is as wrong as anything else
      do {
        names.next();
      } while (source.available() > 0);
      return Optional.empty();
    } catch (Refused refused) {
      return Optional.of(refused.flaw);
    } catch (IOException | RuntimeException malformed) {
      return Optional.ofNullable(excess.get())
          .or(() -> Optional.of(Flaw.of("malformed: " + malformed.getClass().getSimpleName())));
    }
  }

  private static final class Refused extends InvalidClassException {
    private static final long serialVersionUID = 1L;
    private final transient Flaw flaw;

    Refused(Flaw flaw) {
      super(flaw.what());
      this.flaw = flaw;
    }
  }

  /** A class that is left alone: no fault, and one for each name, so it keeps no stack. */
  private static final class Unloaded extends ClassNotFoundException {
    private static final long serialVersionUID = 1L;

    Unloaded(String name) {
      super(name);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  /** Bytes that tell what comes next; descriptors are read without any reading ahead. */
  private static final class Source extends ByteArrayInputStream {
    Source(byte[] bytes) {
      super(bytes);
    }

    DataInputStream ahead() {
      return new DataInputStream(new ByteArrayInputStream(buf, pos, count - pos));
    }
  }

  private final class Names extends ObjectInputStream {
    private final Source source;

    Names(Source source) throws IOException {
      super(source);
      this.source = source;
    }

    /** The format: name, version (8 bytes), flags (1 byte), fields. */
    @Override
    protected ObjectStreamClass readClassDescriptor() throws IOException, ClassNotFoundException {
      var ahead = source.ahead();
      var name = ahead.readUTF();
      var unused = ahead.readLong();
      int flags = ahead.readByte();
      var described = super.readClassDescriptor();
      if (!described.getName().equals(name)) {
        throw new Refused(Flaw.of("malformed: a descriptor is not where it should be"));
      }
      boolean whole = (flags & ObjectStreamConstants.SC_BLOCK_DATA) != 0;
      if ((flags & ObjectStreamConstants.SC_EXTERNALIZABLE) != 0 && !whole) {
        throw new Refused(Flaw.of(name + " without blocks"));
      }
      if ((flags & ObjectStreamConstants.SC_SERIALIZABLE) != 0
          && (flags & ObjectStreamConstants.SC_WRITE_METHOD) == 0
          && allowed.allows(name)
          && writesMore(name)) {
        throw new Refused(Flaw.of(name + " without what it writes itself"));
      }
      return described;
    }

    /** Goes past one object. */
    void next() throws IOException {
      try {
        var unused = readObject();
      } catch (ClassNotFoundException skipped) {
        // as it should be: nothing was loaded
        return;
      }
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass described)
        throws IOException, ClassNotFoundException {
      var name = described.getName();
      if (!allowed.allows(name)) {
        throw new Refused(Flaw.ofClass(name));
      }
      if (PRIMITIVES.matcher(name).matches()) {
        return super.resolveClass(described);
      }
      throw new Unloaded(name);
    }

    @Override
    protected Class<?> resolveProxyClass(String[] interfaces) throws IOException {
      throw new Refused(Flaw.of("a proxy of " + String.join(", ", interfaces)));
    }
  }

  /**
   * Whether objects of that class, as it is here, write more than their fields, so that it reads
   * more too. One that only has {@code readObject}, such as to check its fields, does not: it could
   * not read what it has written itself.
   */
  private static boolean writesMore(String name) {
    try {
      var loader = Thread.currentThread().getContextClassLoader();
      // not initialised, so nothing of it runs
      return WRITES_MORE.get(Class.forName(name, false, loader));
    } catch (ClassNotFoundException | LinkageError none) {
      return false;
    }
  }
}
