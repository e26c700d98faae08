package io.larder.inference;

import io.larder.model.Usage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A finished exchange as the cache keeps it: the provider's bytes and what is known of them.
 *
 * <p>Stored as format (1 byte, {@value #FORMAT}) ‖ status (2) ‖ flags (1: usage was asked for) ‖
 * provider ‖ content type (each 2 + UTF-8) ‖ the provider's time (8, ms) ‖ tokens in, out (8 each)
 * ‖ the body. Another format is no entry.
 */
final class Entry {
  private static final int FORMAT = 1;
  private static final int USAGE_ASKED = 1;
  private static final int HEADER_BYTES_TYPICAL = 96;

  private final int status;
  private final boolean usageAsked;
  private final String provider;
  private final String contentType;
  private final Duration providerTime;
  private final Usage usage;
  private final byte[] body;

  /**
   * An entry.
   *
   * @param usageAsked whether the stream was asked for its usage
   * @param body as the provider sent it; kept, not copied
   */
  Entry(
      int status,
      boolean usageAsked,
      String provider,
      String contentType,
      Duration providerTime,
      Usage usage,
      byte[] body) {
    this.status = status;
    this.usageAsked = usageAsked;
    this.provider = provider;
    this.contentType = contentType;
    this.providerTime = providerTime;
    this.usage = usage;
    this.body = body;
  }

  int status() {
    return status;
  }

  boolean usageAsked() {
    return usageAsked;
  }

  String provider() {
    return provider;
  }

  String contentType() {
    return contentType;
  }

  Duration providerTime() {
    return providerTime;
  }

  Usage usage() {
    return usage;
  }

  byte[] body() {
    return body;
  }

  byte[] encode() {
    var bytes = new ByteArrayOutputStream(HEADER_BYTES_TYPICAL + body.length);
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeShort(status);
      out.writeByte(usageAsked ? USAGE_ASKED : 0);
      out.writeUTF(provider);
      out.writeUTF(contentType);
      out.writeLong(providerTime.toMillis());
      out.writeLong(usage.input());
      out.writeLong(usage.output());
      out.write(body);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** The entry, unless these bytes are none: damaged, or in another format. */
  static Optional<Entry> decode(byte[] stored) {
    try (var in = new DataInputStream(new ByteArrayInputStream(stored))) {
      if (in.readByte() != FORMAT) {
        return Optional.empty();
      }
      int status = in.readShort();
      boolean usageAsked = in.readByte() == USAGE_ASKED;
      var provider = in.readUTF();
      var contentType = in.readUTF();
      var providerTime = Duration.ofMillis(in.readLong());
      var usage = new Usage(in.readLong(), in.readLong());
      return Optional.of(
          new Entry(
              status, usageAsked, provider, contentType, providerTime, usage, in.readAllBytes()));
    } catch (IOException | IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }
}
