package io.larder.cached;

import jakarta.json.bind.Jsonb;
import jakarta.ws.rs.core.Response;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Results as bytes and back. Storage: format (1 byte), shape (8), kind (1: {@code e} empty, {@code
 * v} a value), then bytes as they are, text in UTF-8, JSON in UTF-8, or a {@link Snapshot}.
 */
final class Values {
  private static final Logger LOG = System.getLogger(Values.class.getName());
  private static final byte FORMAT = 1;
  private static final int HEAD_BYTES = 10;

  private final Jsonb jsonb;
  private final Set<Form> told = ConcurrentHashMap.newKeySet();

  Values(Jsonb jsonb) {
    this.jsonb = jsonb;
  }

  /** A result that is there, which may be null. */
  record Result(@Nullable Object value) {}

  /** Whether a result is null or an empty Optional. */
  static boolean isEmpty(@Nullable Object value) {
    return value == null || (value instanceof Optional<?> optional && optional.isEmpty());
  }

  /** The bytes of a result, unless it cannot be written; that is logged once per form. */
  Optional<byte[]> write(Form form, @Nullable Object value) {
    var plain = value instanceof Optional<?> optional ? optional.orElse(null) : value;
    if (plain == null) {
      return Optional.of(head(form, 'e', 0).array());
    }
    try {
      var body = body(form, plain);
      return body.map(bytes -> head(form, 'v', bytes.length).put(bytes).array());
    } catch (RuntimeException | StackOverflowError failed) {
      if (told.add(form)) {
        LOG.log(Level.WARNING, "not cached: {0} cannot be written: {1}", form.type(), failed);
      }
      return Optional.empty();
    }
  }

  private static ByteBuffer head(Form form, char kind, int bytes) {
    return ByteBuffer.allocate(HEAD_BYTES + bytes)
        .put(FORMAT)
        .putLong(form.shape())
        .put((byte) kind);
  }

  private Optional<byte[]> body(Form form, Object value) {
    return switch (form.kind()) {
      case BYTES -> Optional.of((byte[]) value);
      case TEXT -> utf8((String) value);
      case JSON -> utf8(jsonb.toJson(value, form.type()));
      case RESPONSE -> Snapshot.of((Response) value, form.json(), jsonb).map(Snapshot::bytes);
    };
  }

  /** Half a surrogate pair has no bytes in UTF-8. */
  private static Optional<byte[]> utf8(String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return new String(bytes, StandardCharsets.UTF_8).equals(text)
        ? Optional.of(bytes)
        : Optional.empty();
  }

  /** The result in these bytes, unless they are damaged or of another format or shape. */
  Optional<Result> read(Form form, byte[] bytes, Origin origin) {
    try {
      var in = ByteBuffer.wrap(bytes);
      if (in.get() != FORMAT || in.getLong() != form.shape()) {
        return Optional.empty();
      }
      return switch ((char) in.get()) {
        case 'e' -> Optional.of(new Result(form.optional() ? Optional.empty() : null));
        case 'v' -> {
          var value = value(form, Arrays.copyOfRange(bytes, HEAD_BYTES, bytes.length), origin);
          yield value == null
              ? Optional.empty()
              : Optional.of(new Result(form.optional() ? Optional.of(value) : value));
        }
        default -> Optional.empty();
      };
    } catch (RuntimeException unreadable) {
      return Optional.empty();
    }
  }

  private @Nullable Object value(Form form, byte[] body, Origin origin) {
    return switch (form.kind()) {
      case BYTES -> body;
      case TEXT -> new String(body, StandardCharsets.UTF_8);
      case JSON -> jsonb.fromJson(new String(body, StandardCharsets.UTF_8), form.type());
      case RESPONSE -> Snapshot.parse(body).response(origin);
    };
  }

  /**
   * The result that the method's own caller gets: a Response as others will get it, so that all
   * carry the same ETag and bytes, with what is for this caller alone; anything else as it is.
   */
  @Nullable Object own(Form form, @Nullable Object value, byte[] bytes, Origin origin) {
    if (value instanceof Response response && form.kind() == Form.Kind.RESPONSE) {
      var body = Arrays.copyOfRange(bytes, HEAD_BYTES, bytes.length);
      return Snapshot.parse(body).response(origin, response);
    }
    return value;
  }
}
