package io.larder.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.model.Header;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a provider's wish to be left alone is read. */
final class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-06T08:49:37Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          retry-after    | 0                              | PT0S
          Retry-After    | 7                              | PT7S
          Retry-After    | 3600                           | PT1H
          Retry-After    | Fri, 06 Nov 2026 08:49:40 GMT  | PT3S
          Retry-After    | Fri, 06 Nov 2026 08:49:30 GMT  | PT0S
          Retry-After-Ms | 1500                           | PT1.5S
          retry-after-ms | 250.75                         | PT0.25S
          """)
  void of_valid_isTheWait(String name, String value, Duration wait) {
    assertThat(of(name, value)).contains(wait);
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "-1", "1.5s", "", "+3", "Fri, 99 Nov 2026 08:49:40 GMT", "٣"})
  void of_garbage_isNothing(String value) {
    assertThat(of("Retry-After", value)).isEmpty();
  }

  @Test
  void of_moreThanALong_isForEver() {
    assertThat(of("Retry-After", "9".repeat(400)).orElseThrow())
        .isGreaterThan(Duration.ofDays(1000));
  }

  @Test
  void of_both_isTheMilliseconds() {
    var headers = List.of(new Header("Retry-After", "7"), new Header("retry-after-ms", "20"));

    assertThat(RetryAfter.of(headers, NOW)).contains(Duration.ofMillis(20));
    assertThat(RetryAfter.of(List.of(), NOW)).isEmpty();
  }

  private static Optional<Duration> of(String name, String value) {
    return RetryAfter.of(List.of(new Header(name, value)), NOW);
  }
}
