package io.larder.provider;

import io.larder.model.Header;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/**
 * How long a provider asks to be left alone: {@code retry-after-ms}, as the vendors' own clients
 * read it first, else {@code Retry-After} in seconds or as a date.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3">RFC 9110, 10.2.3</a>
 */
final class RetryAfter {
  /** More digits than any sane wait has; they stand for a wait that nobody waits. */
  private static final int DIGITS_MAX = 12;

  private static final Duration FOR_EVER = Duration.ofSeconds(999_999_999_999L);

  private RetryAfter() {}

  /** What it asks for, zero or more; nothing if it does not ask, or in no way that can be read. */
  static Optional<Duration> of(List<Header> headers, Instant now) {
    return value(headers, "retry-after-ms")
        .flatMap(RetryAfter::millis)
        .or(() -> value(headers, "retry-after").flatMap(text -> secondsOrDate(text, now)));
  }

  private static Optional<String> value(List<Header> headers, String name) {
    return headers.stream()
        .filter(header -> header.name().equalsIgnoreCase(name))
        .map(header -> header.value().strip())
        .findFirst();
  }

  private static Optional<Duration> millis(String text) {
    // some send a fraction
    return whole(text.split("\\.", 2)[0]).map(asked -> asked.dividedBy(1000));
  }

  private static Optional<Duration> secondsOrDate(String text, Instant now) {
    return whole(text).or(() -> date(text, now));
  }

  private static Optional<Duration> whole(String text) {
    if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    return Optional.of(
        text.length() > DIGITS_MAX ? FOR_EVER : Duration.ofSeconds(Long.parseLong(text)));
  }

  private static Optional<Duration> date(String text, Instant now) {
    try {
      var until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(until.isBefore(now) ? Duration.ZERO : Duration.between(now, until));
    } catch (DateTimeException neither) {
      return Optional.empty();
    }
  }
}
