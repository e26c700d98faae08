package io.larder.live;

import io.larder.cache.Encryption;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How the events of a flight lie in Valkey.
 *
 * <pre>
 * record   format (1, {@value #FORMAT}) ‖ sealed (1) ‖ payload; if there are keys sealed, bound to the
 *          flight and the record's number
 * payload  'h' ‖ answer id (8) ‖ status (2) ‖ flags (1) ‖ provider, content type (each 2 + UTF-8)
 *          'p' ‖ number of parts (4), each: ms (4) ‖ cut from, to (4 each) ‖ length (4) ‖ bytes
 *          'c' ‖ stored (1)                                      complete
 *          'r' ‖ status (2) ‖ content type, Retry-After (each 2 + UTF-8) ‖ length (4) ‖ body   refused
 *          'f' ‖ told (1) ‖ why (2 + UTF-8)                      failed
 *          'u' ‖ why (2 + UTF-8)                                 unshared
 *          'a' ‖ why (2 + UTF-8)                                 abandoned
 * </pre>
 *
 * <p>What is in another format, damaged, or not sealed though there are keys, ends the flight for
 * whoever reads it.
 */
final class Records {
  private static final int FORMAT = 1;
  private static final int STREAM = 1;
  private static final int USAGE_ASKED = 2;

  private final Optional<Encryption> encryption;

  Records(Optional<Encryption> encryption) {
    this.encryption = encryption;
  }

  /** What a record says. */
  sealed interface Event {
    record Opened(Head head) implements Event {}

    record Came(List<Part> parts) implements Event {}

    record Ended(Outcome outcome) implements Event {}
  }

  byte[] encode(FlightId flight, long number, Event event) {
    var payload = payload(event);
    var bytes = new ByteArrayOutputStream(payload.length + 64);
    bytes.write(FORMAT);
    bytes.write(encryption.isPresent() ? 1 : 0);
    bytes.writeBytes(
        encryption.map(keys -> keys.seal(payload, bound(flight, number))).orElse(payload));
    return bytes.toByteArray();
  }

  private static byte[] bound(FlightId flight, long number) {
    return ("live " + flight + " " + number).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] payload(Event event) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      switch (event) {
        case Event.Opened(Head head) -> head(out, head);
        case Event.Came(List<Part> parts) -> parts(out, parts);
        case Event.Ended(Outcome outcome) -> outcome(out, outcome);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static void head(DataOutputStream out, Head head) throws IOException {
    out.writeByte('h');
    out.writeLong(head.answerId());
    out.writeShort(head.status());
    out.writeByte((head.stream() ? STREAM : 0) | (head.usageAsked() ? USAGE_ASKED : 0));
    out.writeUTF(head.provider());
    out.writeUTF(head.contentType());
  }

  private static void parts(DataOutputStream out, List<Part> parts) throws IOException {
    out.writeByte('p');
    out.writeInt(parts.size());
    for (var part : parts) {
      out.writeInt(part.millis());
      out.writeInt(part.cutFrom());
      out.writeInt(part.cutTo());
      out.writeInt(part.bytes().length);
      out.write(part.bytes());
    }
  }

  private static void outcome(DataOutputStream out, Outcome outcome) throws IOException {
    switch (outcome) {
      case Outcome.Complete(boolean stored) -> {
        out.writeByte('c');
        out.writeBoolean(stored);
      }
      case Outcome.Refused refused -> {
        out.writeByte('r');
        out.writeShort(refused.status());
        out.writeUTF(refused.contentType());
        out.writeUTF(refused.retryAfter());
        out.writeInt(refused.body().length);
        out.write(refused.body());
      }
      case Outcome.Failed(String why, boolean told) -> {
        out.writeByte('f');
        out.writeBoolean(told);
        out.writeUTF(why);
      }
      case Outcome.Unshared(String why) -> {
        out.writeByte('u');
        out.writeUTF(why);
      }
      case Outcome.Abandoned(String why) -> {
        out.writeByte('a');
        out.writeUTF(why);
      }
    }
  }

  /** What a record says, unless it is none of that flight and number. */
  Optional<Event> decode(FlightId flight, long number, byte[] record) {
    if (record.length < 3 || record[0] != FORMAT || (record[1] == 1) != encryption.isPresent()) {
      return Optional.empty();
    }
    var payload = Arrays.copyOfRange(record, 2, record.length);
    var plain =
        encryption.isPresent()
            ? encryption.get().open(payload, bound(flight, number))
            : Optional.of(payload);
    return plain.flatMap(Records::read);
  }

  private static Optional<Event> read(byte[] payload) {
    try (var in = new DataInputStream(new ByteArrayInputStream(payload))) {
      return switch (in.readByte()) {
        case 'h' -> Optional.of(new Event.Opened(head(in)));
        case 'p' -> Optional.of(new Event.Came(parts(in)));
        case 'c' -> Optional.of(new Event.Ended(new Outcome.Complete(in.readBoolean())));
        case 'r' -> Optional.of(new Event.Ended(refused(in)));
        case 'f' -> Optional.of(new Event.Ended(failed(in)));
        case 'a' -> Optional.of(new Event.Ended(new Outcome.Abandoned(in.readUTF())));
        case 'u' -> Optional.of(new Event.Ended(new Outcome.Unshared(in.readUTF())));
        default -> Optional.empty();
      };
    } catch (IOException damaged) {
      return Optional.empty();
    }
  }

  private static Head head(DataInputStream in) throws IOException {
    long answerId = in.readLong();
    int status = in.readShort();
    int flags = in.readByte();
    var provider = in.readUTF();
    return new Head(
        answerId,
        provider,
        status,
        in.readUTF(),
        (flags & STREAM) != 0,
        (flags & USAGE_ASKED) != 0);
  }

  private static List<Part> parts(DataInputStream in) throws IOException {
    int count = in.readInt();
    var parts = new ArrayList<Part>();
    for (int i = 0; i < count; i++) {
      int millis = in.readInt();
      int cutFrom = in.readInt();
      int cutTo = in.readInt();
      parts.add(new Part(bytes(in), millis, cutFrom, cutTo));
    }
    return parts;
  }

  private static Outcome refused(DataInputStream in) throws IOException {
    int status = in.readShort();
    var contentType = in.readUTF();
    var retryAfter = in.readUTF();
    return new Outcome.Refused(status, contentType, retryAfter, bytes(in));
  }

  private static Outcome failed(DataInputStream in) throws IOException {
    boolean told = in.readBoolean();
    return new Outcome.Failed(in.readUTF(), told);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    // what a damaged length asks for is not there
    if (length < 0 || length > in.available()) {
      throw new IOException("a record of " + length + " bytes");
    }
    return in.readNBytes(length);
  }
}
