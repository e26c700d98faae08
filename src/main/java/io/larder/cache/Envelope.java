package io.larder.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * How a value lies in Valkey.
 *
 * <pre>
 * header   format (1, {@value #FORMAT}) ‖ flags (1) ‖ version (8) ‖ stored at (8, ms since 1970)
 *          ‖ time to live, stale while revalidating, stale on error (8 each, ms)
 *          ‖ number of stamps (1), each: generation (8) ‖ label (2 + UTF-8)
 * payload  the bytes; compressed if flag {@value #COMPRESSED}; then sealed if flag {@value
 *          #ENCRYPTED}, bound to the key's name and the header. None if flag {@value #TOMBSTONE}
 * check    CRC-32C of all that (4)
 * </pre>
 *
 * <p>What is in another format, damaged, or sealed with a key that is not here, is nothing. So is
 * what is not sealed once there are keys: who can write to Valkey must not be able to make answers.
 */
final class Envelope {
  static final int FORMAT = 2;
  static final int COMPRESSED = 1;
  static final int ENCRYPTED = 2;
  static final int TOMBSTONE = 4;

  /** Where {@code replace.lua} looks for the version. */
  static final int VERSION_OFFSET = 2;

  /** Enough for any header: sixteen tags and the labels that every value has. */
  static final int HEADER_BYTES_MAX = 32 * 1024;

  private static final int STAMPS_MAX = 64;
  private static final int CHECK_BYTES = 4;
  private static final int PLAIN_BYTES_MAX = 128 * 1024 * 1024;
  private static final int HEADER_BYTES_TYPICAL = 256;

  private final int compressBytesMin;
  private final Optional<Encryption> encryption;

  /**
   * A way to put values into envelopes.
   *
   * @param compressBytesMin smallest value that is compressed
   */
  Envelope(int compressBytesMin, Optional<Encryption> encryption) {
    this.compressBytesMin = compressBytesMin;
    this.encryption = encryption;
  }

  byte[] wrap(Key key, Kept kept) {
    if (kept.isTombstone()) {
      return tombstone(kept);
    }
    var payload = kept.value();
    int flags = 0;
    if (payload.length >= compressBytesMin) {
      var smaller = Compression.compress(payload);
      if (smaller.isPresent()) {
        payload = smaller.get();
        flags |= COMPRESSED;
      }
    }
    if (encryption.isPresent()) {
      flags |= ENCRYPTED;
    }
    var header = header(kept, flags);
    if (encryption.isPresent()) {
      payload = encryption.get().seal(payload, bound(key, header));
    }
    return checked(header, payload);
  }

  /** A tombstone says nothing that depends on the key, and nothing secret. */
  static byte[] tombstone(Kept tombstone) {
    return checked(header(tombstone, TOMBSTONE), new byte[0]);
  }

  private static byte[] checked(byte[] header, byte[] payload) {
    var out =
        ByteBuffer.allocate(header.length + payload.length + CHECK_BYTES).put(header).put(payload);
    return out.putInt(check(out.array(), out.position())).array();
  }

  /** The value in an envelope, unless there is none that can be used. */
  Optional<Kept> unwrap(Key key, byte[] wrapped) {
    if (wrapped.length < CHECK_BYTES || wrapped[0] != FORMAT) {
      return Optional.empty();
    }
    int end = wrapped.length - CHECK_BYTES;
    if (ByteBuffer.wrap(wrapped, end, CHECK_BYTES).getInt() != check(wrapped, end)) {
      return Optional.empty();
    }
    return read(wrapped)
        .filter(header -> header.length() <= end)
        .flatMap(header -> open(key, wrapped, header, end).map(header::kept));
  }

  /** The version of an envelope that may be unreadable; {@link Store#ANY} if there is none. */
  static long version(byte[] wrapped) {
    return wrapped.length < VERSION_OFFSET + Long.BYTES || wrapped[0] != FORMAT
        ? Store.ANY
        : ByteBuffer.wrap(wrapped).getLong(VERSION_OFFSET);
  }

  /** What the first bytes of an envelope tell, without its value and unchecked. */
  static Optional<Kept> peek(byte[] begin) {
    return begin.length == 0 || begin[0] != FORMAT
        ? Optional.empty()
        : read(begin).map(header -> header.kept(new byte[0]));
  }

  private Optional<byte[]> open(Key key, byte[] wrapped, Header header, int end) {
    int flags = header.flags();
    boolean sealed = (flags & ENCRYPTED) != 0;
    if ((flags & TOMBSTONE) != 0 && end > header.length()) {
      return Optional.empty();
    }
    if (sealed != (encryption.isPresent() && (flags & TOMBSTONE) == 0)) {
      return Optional.empty();
    }
    var payload = Optional.of(ByteBuffer.wrap(wrapped, header.length(), end - header.length()));
    if (sealed) {
      var bound = bound(key, Arrays.copyOf(wrapped, header.length()));
      payload = encryption.orElseThrow().open(bytes(payload.get()), bound).map(ByteBuffer::wrap);
    }
    return (flags & COMPRESSED) == 0
        ? payload.map(Envelope::bytes)
        : payload.flatMap(compressed -> Compression.decompress(compressed, PLAIN_BYTES_MAX));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    var bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static byte[] bound(Key key, byte[] header) {
    var name = key.name().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(name.length + header.length).put(name).put(header).array();
  }

  private static int check(byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static byte[] header(Kept kept, int flags) {
    var bytes = new ByteArrayOutputStream(HEADER_BYTES_TYPICAL);
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeByte(flags);
      out.writeLong(kept.version());
      out.writeLong(kept.storedAt().toEpochMilli());
      out.writeLong(kept.retention().ttl().toMillis());
      out.writeLong(kept.retention().whileRevalidate().toMillis());
      out.writeLong(kept.retention().ifError().toMillis());
      out.writeByte(kept.stamps().size());
      for (var stamp : kept.stamps()) {
        out.writeLong(stamp.generation());
        out.writeUTF(stamp.label().toString());
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static Optional<Header> read(byte[] wrapped) {
    var bytes = new ByteArrayInputStream(wrapped);
    try (var in = new DataInputStream(bytes)) {
      in.readByte();
      int flags = in.readUnsignedByte();
      long version = in.readLong();
      var storedAt = Instant.ofEpochMilli(in.readLong());
      var retention =
          new Retention(
              Duration.ofMillis(in.readLong()),
              Duration.ofMillis(in.readLong()),
              Duration.ofMillis(in.readLong()));
      int count = in.readUnsignedByte();
      if (count > STAMPS_MAX) {
        return Optional.empty();
      }
      var stamps = new ArrayList<Stamp>(count);
      for (int i = 0; i < count; i++) {
        long generation = in.readLong();
        stamps.add(new Stamp(Label.parse(in.readUTF()), generation));
      }
      int length = wrapped.length - bytes.available();
      return Optional.of(new Header(flags, version, storedAt, retention, stamps, length));
    } catch (IOException | IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }

  /** All but the value. */
  private record Header(
      int flags,
      long version,
      Instant storedAt,
      Retention retention,
      List<Stamp> stamps,
      int length) {
    Kept kept(byte[] value) {
      return (flags & TOMBSTONE) != 0
          ? Kept.tombstone(storedAt, retention.ttl(), version)
          : new Kept(value, storedAt, retention, version, stamps);
    }
  }
}
