package io.larder.live;

import io.larder.digest.Sha256;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names one attempt to get one answer.
 *
 * @param key what is asked, the same on all nodes
 * @param answerId random; another attempt at the same has another one
 */
public record FlightId(String key, long answerId) {
  private static final Pattern FORM = Pattern.compile("([0-9a-f]+):([0-9a-f]{16})");

  /**
   * The name under which this attempt is in flight if nobody is to join it: who asks the same does
   * not find it, who knows its name does.
   */
  public FlightId alone() {
    return new FlightId(Sha256.hex(toString()), answerId);
  }

  /** The answer's id as 16 hexadecimal digits. */
  String token() {
    return HexFormat.of().toHexDigits(answerId);
  }

  static long answerId(String token) {
    return HexFormat.fromHexDigitsToLong(token);
  }

  /** What {@link #toString} gives, read back. */
  static Optional<FlightId> parse(String text) {
    var parts = FORM.matcher(text);
    return parts.matches()
        ? Optional.of(new FlightId(parts.group(1), answerId(parts.group(2))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return key + ":" + token();
  }
}
