package io.larder.inference;

import io.larder.live.Part;
import io.larder.model.Usage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A finished answer as the cache keeps it: the provider's bytes and what is known of them.
 *
 * <pre>
 * format (1, {@value #FORMAT}) ‖ status (2) ‖ flags (1: {@value #STREAM} a stream, {@value #USAGE_ASKED} with usage) ‖ answer id (8)
 * ‖ provider ‖ content type (each 2 + UTF-8) ‖ the provider's time (8, ms) ‖ tokens in, out (8 each)
 * ‖ of a stream: frames (4), each: length ‖ ms since the frame before ‖ cut from ‖ cut length (each a varint)
 * ‖ the body: all frames, or the JSON
 * </pre>
 *
 * <p>Another format is no entry.
 */
final class Entry {
  private static final int FORMAT = 2;
  private static final int STREAM = 1;
  private static final int USAGE_ASKED = 2;
  private static final int HEADER_BYTES_TYPICAL = 96;

  private final About about;
  private final byte[] stored;
  private final int tableFrom;
  private final int bodyFrom;

  /**
   * What is known of an answer.
   *
   * @param stream whether its body is a stream
   * @param usageAsked whether the stream carries usage
   * @param answerId tells it from other answers to the same request
   * @param providerTime how long the provider took
   */
  record About(
      int status,
      boolean stream,
      boolean usageAsked,
      long answerId,
      String provider,
      String contentType,
      Duration providerTime,
      Usage usage) {}

  private Entry(About about, byte[] stored, int tableFrom, int bodyFrom) {
    this.about = about;
    this.stored = stored;
    this.tableFrom = tableFrom;
    this.bodyFrom = bodyFrom;
  }

  About about() {
    return about;
  }

  /** Bytes of the body. */
  int length() {
    return stored.length - bodyFrom;
  }

  /** The body as the provider sent it. */
  byte[] body() {
    return Arrays.copyOfRange(stored, bodyFrom, stored.length);
  }

  /** Writes the body as the provider sent it, at once. */
  void writeTo(OutputStream out) throws IOException {
    out.write(stored, bodyFrom, stored.length - bodyFrom);
  }

  /** The frames of a stream, or the whole body of JSON as one part; empty if it is damaged. */
  Optional<List<Part>> parts() {
    if (!about.stream()) {
      return Optional.of(List.of(new Part(body(), 0, 0, 0)));
    }
    var parts = new ArrayList<Part>();
    int at = bodyFrom;
    int millis = 0;
    try {
      var table = new Varints(stored, tableFrom);
      int count = table.next();
      for (int i = 0; i < count; i++) {
        int length = table.next();
        millis += table.next();
        int cutFrom = table.next();
        int cutTo = cutFrom + table.next();
        if (cutTo > length || at + length > stored.length) {
          return Optional.empty();
        }
        parts.add(new Part(Arrays.copyOfRange(stored, at, at + length), millis, cutFrom, cutTo));
        at += length;
      }
    } catch (IndexOutOfBoundsException | IllegalArgumentException damaged) {
      return Optional.empty();
    }
    return at == stored.length ? Optional.of(parts) : Optional.empty();
  }

  static byte[] encode(About about, List<Part> parts) {
    int length = parts.stream().mapToInt(part -> part.bytes().length).sum();
    var bytes = new ByteArrayOutputStream(HEADER_BYTES_TYPICAL + 4 * parts.size() + length);
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeShort(about.status());
      out.writeByte((about.stream() ? STREAM : 0) | (about.usageAsked() ? USAGE_ASKED : 0));
      out.writeLong(about.answerId());
      out.writeUTF(about.provider());
      out.writeUTF(about.contentType());
      out.writeLong(about.providerTime().toMillis());
      out.writeLong(about.usage().input());
      out.writeLong(about.usage().output());
      var table = new ByteArrayOutputStream();
      if (about.stream()) {
        writeTable(table, parts);
      }
      out.writeInt(table.size());
      table.writeTo(out);
      for (var part : parts) {
        out.write(part.bytes());
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static void writeTable(ByteArrayOutputStream table, List<Part> parts) {
    Varints.write(table, parts.size());
    int before = 0;
    for (var part : parts) {
      Varints.write(table, part.bytes().length);
      Varints.write(table, Math.max(0, part.millis() - before));
      Varints.write(table, part.cutFrom());
      Varints.write(table, part.cutTo() - part.cutFrom());
      before = Math.max(before, part.millis());
    }
  }

  /** The entry, unless these bytes are none: damaged, or in another format. */
  static Optional<Entry> decode(byte[] stored) {
    try (var in = new DataInputStream(new ByteArrayInputStream(stored))) {
      if (in.readByte() != FORMAT) {
        return Optional.empty();
      }
      int status = in.readShort();
      int flags = in.readByte();
      long answerId = in.readLong();
      var provider = in.readUTF();
      var contentType = in.readUTF();
      var providerTime = Duration.ofMillis(in.readLong());
      var usage = new Usage(in.readLong(), in.readLong());
      int tableLength = in.readInt();
      int tableFrom = stored.length - in.available();
      if (tableLength < 0 || tableLength > in.available()) {
        return Optional.empty();
      }
      var about =
          new About(
              status,
              (flags & STREAM) != 0,
              (flags & USAGE_ASKED) != 0,
              answerId,
              provider,
              contentType,
              providerTime,
              usage);
      return Optional.of(new Entry(about, stored, tableFrom, tableFrom + tableLength));
    } catch (IOException | IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }
}
