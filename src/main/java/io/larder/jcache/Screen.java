package io.larder.jcache;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.util.Optional;

/**
 * Reads Java's serialisation for the names of its classes alone. No class but of arrays of
 * primitives is loaded, so nothing in the bytes comes to life: an object whose class is not there
 * is skipped, as the format wants it.
 *
 * @see <a href="https://docs.oracle.com/en/java/javase/21/docs/specs/serialization/protocol.html">
 *     Java Object Serialization Specification, 6</a>
 */
final class Screen {
  private final Allowed allowed;

  Screen(Allowed allowed) {
    this.allowed = allowed;
  }

  /** The first class that is not allowed; of bytes that make no sense, what is wrong. */
  Optional<String> firstRefused(byte[] bytes) {
    try (var names = new Names(new ByteArrayInputStream(bytes))) {
      names.setObjectInputFilter(allowed);
      while (true) {
        names.next();
      }
    } catch (Refused refused) {
      return Optional.of(refused.name);
    } catch (EOFException end) {
      return Optional.empty();
    } catch (IOException | RuntimeException malformed) {
      return Optional.of("malformed: " + malformed.getClass().getSimpleName());
    }
  }

  private static final class Refused extends InvalidClassException {
    private static final long serialVersionUID = 1L;
    private final String name;

    Refused(String name) {
      super(name);
      this.name = name;
    }
  }

  private final class Names extends ObjectInputStream {
    Names(InputStream bytes) throws IOException {
      super(bytes);
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
        throw new Refused(name);
      }
      if (name.matches("\\[+[A-Z]")) {
        return super.resolveClass(described);
      }
      throw new ClassNotFoundException(name);
    }

    @Override
    protected Class<?> resolveProxyClass(String[] interfaces) throws IOException {
      throw new Refused("a proxy of " + String.join(", ", interfaces));
    }
  }
}
