package io.larder.jcache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;
import javax.cache.CacheException;
import org.jspecify.annotations.Nullable;

/**
 * Objects as bytes: format (1 byte, 1), kind (1 byte: {@code b} bytes as they are, {@code o}
 * serialised by Java), content. Only classes that are allowed are read; everything that cannot be
 * read is as good as absent.
 *
 * @param <T> type of the objects
 */
final class Form<T> {
  private static final byte FORMAT = 1;
  private static final byte BYTES = 'b';
  private static final byte OBJECT = 'o';
  private static final int HEADER = 2;

  /**
   * Bytes that cannot have more objects within objects than are allowed, nor anything else that
   * many: each level of them takes 6 bytes and more. Their classes are known when they are written.
   */
  private static final int FLAT_MAX = 5 * Allowed.DEPTH_MAX;

  private final ClassLoader loader;
  private final Allowed allowed;
  private final boolean ofSessions;

  Form(ClassLoader loader, Allowed allowed) {
    this(loader, allowed, false);
  }

  private Form(ClassLoader loader, Allowed allowed, boolean ofSessions) {
    this.loader = loader;
    this.allowed = allowed;
    this.ofSessions = ofSessions;
  }

  /** The form of sessions, whose facts are read and written again and again by one thread. */
  static <T> Form<T> ofSessions(ClassLoader loader, Allowed allowed) {
    return new Form<>(loader, allowed, true);
  }

  /**
   * The bytes of an object.
   *
   * @throws CacheException if it cannot be serialised, or has classes that could not be read again
   */
  byte[] write(T object) {
    return ofSessions ? Recent.here().bytes(object, this::serialise) : serialise(object);
  }

  private byte[] serialise(T object) {
    var out = new ByteArrayOutputStream();
    out.write(FORMAT);
    if (object instanceof byte[] bytes) {
      out.write(BYTES);
      out.writeBytes(bytes);
      screen(bytes);
      return out.toByteArray();
    }
    out.write(OBJECT);
    Optional<Flaw> flaw;
    try (var objects = new Named(out)) {
      objects.writeObject(object);
      flaw = objects.flaw();
    } catch (NotSerializableException wrong) {
      throw new CacheException("not serializable: " + wrong.getMessage(), wrong);
    } catch (IOException impossible) {
      throw new CacheException("cannot be serialised", impossible);
    }
    if (flaw.isPresent()) {
      allowed.warn(flaw.get());
      throw refuse(flaw.get());
    }
    var bytes = out.toByteArray();
    if (bytes.length > FLAT_MAX) {
      screen(content(bytes));
    }
    return bytes;
  }

  private void screen(byte[] content) {
    allowed
        .screen(content, content.length)
        .ifPresent(
            flaw -> {
              throw refuse(flaw);
            });
  }

  private static CacheException refuse(Flaw flaw) {
    return new CacheException(flaw.refusal());
  }

  /** The object; empty = damaged, of another format, or of classes that are not allowed. */
  @SuppressWarnings("unchecked")
  Optional<T> read(byte[] bytes) {
    return (Optional<T>)
        (ofSessions ? Recent.here().object(bytes, this::deserialise) : deserialise(bytes));
  }

  private Optional<Object> deserialise(byte[] bytes) {
    if (bytes.length < HEADER || bytes[0] != FORMAT) {
      return Optional.empty();
    }
    var content = content(bytes);
    return switch (bytes[1]) {
      case BYTES ->
          allowed.screen(content, content.length).isPresent()
              ? Optional.empty()
              : Optional.of(content);
      case OBJECT -> object(content);
      default -> Optional.empty();
    };
  }

  private static byte[] content(byte[] bytes) {
    return Arrays.copyOfRange(bytes, HEADER, bytes.length);
  }

  private Optional<Object> object(byte[] content) {
    try (var in = new Objects(content)) {
      in.setObjectInputFilter(allowed);
      return Optional.ofNullable(in.readObject());
    } catch (IOException | ClassNotFoundException | RuntimeException unreadable) {
      allowed.report(unreadable);
      return Optional.empty();
    }
  }

  /**
   * Writes objects, and notes the first of their classes that is not allowed. It goes on then: an
   * exception would be written in turn, and its own class be the one that is told.
   */
  private final class Named extends ObjectOutputStream {
    private @Nullable Flaw flaw;

    Named(OutputStream out) throws IOException {
      super(out);
    }

    Optional<Flaw> flaw() {
      return Optional.ofNullable(flaw);
    }

    @Override
    protected void annotateClass(@Nullable Class<?> type) {
      var name = type == null ? "a class that is not here" : type.getName();
      if (flaw == null && !allowed.allows(name)) {
        flaw = Flaw.ofClass(name);
      }
    }

    @Override
    protected void annotateProxyClass(Class<?> type) {
      if (flaw == null) {
        flaw = Flaw.of("a proxy, " + type.getName());
      }
    }
  }

  /** Reads objects of the application's classes. */
  private final class Objects extends ObjectInputStream {
    Objects(byte[] content) throws IOException {
      super(new ByteArrayInputStream(content));
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass described)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(described.getName(), false, loader);
      } catch (ClassNotFoundException primitive) {
        return super.resolveClass(described);
      }
    }
  }
}
