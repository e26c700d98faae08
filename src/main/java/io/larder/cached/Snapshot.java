package io.larder.cached;

import jakarta.json.bind.Jsonb;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A Response as it is kept: its status, its header fields but those of one connection or one
 * caller, its entity as bytes.
 *
 * <p>Storage: status (2 bytes), number of fields (2), each name and value (2 + UTF-8), kind of
 * entity (1: {@code n} none, {@code t} text, {@code b} bytes), the entity.
 */
final class Snapshot {
  /** RFC 9110, section 7.6.1, and what is meant for one caller alone. */
  private static final Set<String> LEFT_OUT =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "set-cookie",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "content-length",
          "age",
          "date",
          "cache-status");

  private final int status;
  private final List<Field> fields;
  private final char kind;
  private final byte[] entity;

  /**
   * A snapshot.
   *
   * @param kind of entity: {@code n} none, {@code t} text, {@code b} bytes
   * @param entity kept, not copied
   */
  Snapshot(int status, List<Field> fields, char kind, byte[] entity) {
    this.status = status;
    this.fields = List.copyOf(fields);
    this.kind = kind;
    this.entity = entity;
  }

  /** One header field. */
  record Field(String name, String value) {}

  /** A response, unless its entity is of a kind that cannot be kept, such as a stream. */
  static Optional<Snapshot> of(Response response, boolean producesJson, Jsonb jsonb) {
    var fields = new ArrayList<Field>();
    response
        .getStringHeaders()
        .forEach(
            (name, values) -> {
              if (!LEFT_OUT.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> fields.add(new Field(name, value)));
              }
            });
    var entity = response.hasEntity() ? response.getEntity() : null;
    int status = response.getStatus();
    var type = response.getMediaType();
    boolean json = type == null ? producesJson : Form.isJson(type.toString());
    return switch (entity) {
      case null -> Optional.of(new Snapshot(status, fields, 'n', new byte[0]));
      case byte[] bytes -> Optional.of(new Snapshot(status, fields, 'b', bytes.clone()));
      case String text ->
          Optional.of(new Snapshot(status, fields, 't', text.getBytes(StandardCharsets.UTF_8)));
      default ->
          json && Faults.streams(entity.getClass()).isEmpty()
              ? Optional.of(
                  new Snapshot(
                      status, fields, 'b', jsonb.toJson(entity).getBytes(StandardCharsets.UTF_8)))
              : Optional.empty();
    };
  }

  /** Whether it may be kept: 200, and neither forbidden nor chosen by the request's fields. */
  static boolean mayBeKept(Response response) {
    var control = response.getHeaderString("Cache-Control");
    return response.getStatus() == 200
        && response.getHeaderString("Vary") == null
        && (control == null || !control.toLowerCase(Locale.ROOT).contains("no-store"));
  }

  int status() {
    return status;
  }

  List<Field> fields() {
    return fields;
  }

  /** The entity's bytes, none if it has none. */
  byte[] entity() {
    return entity;
  }

  boolean hasEntity() {
    return kind != 'n';
  }

  byte[] bytes() {
    var bytes = new ByteArrayOutputStream(entity.length + 256);
    try (var out = new DataOutputStream(bytes)) {
      out.writeShort(status);
      out.writeShort(fields.size());
      for (var field : fields) {
        out.writeUTF(field.name());
        out.writeUTF(field.value());
      }
      out.writeByte(kind);
      out.write(entity);
    } catch (IOException tooLong) {
      throw new UncheckedIOException(tooLong);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #bytes} has written.
   *
   * @throws UncheckedIOException if it is damaged
   */
  static Snapshot parse(byte[] bytes) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int status = in.readUnsignedShort();
      int count = in.readUnsignedShort();
      var fields = new ArrayList<Field>();
      for (int i = 0; i < count; i++) {
        fields.add(new Field(in.readUTF(), in.readUTF()));
      }
      return new Snapshot(status, fields, (char) in.readUnsignedByte(), in.readAllBytes());
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  /** A Response for anybody. */
  Response response(Origin origin) {
    var builder = Response.status(status);
    fields.forEach(field -> builder.header(field.name(), field.value()));
    return finish(builder, origin);
  }

  /** A Response for the caller whose request it was made for. */
  Response response(Origin origin, Response made) {
    return finish(Response.fromResponse(made), origin);
  }

  private Response finish(Response.ResponseBuilder builder, Origin origin) {
    switch (kind) {
      case 't' -> builder.entity(new String(entity, StandardCharsets.UTF_8));
      case 'b' -> builder.entity(entity);
      default -> {}
    }
    Told.add(builder, this, origin);
    return builder.build();
  }

  boolean has(String name) {
    return fields.stream().anyMatch(field -> field.name().equalsIgnoreCase(name));
  }
}
