package io.larder.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.model.Header;
import io.larder.ratelimit.Left;
import io.larder.ratelimit.Policies;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LimitHeadersTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.100Z");

  @Test
  void of_policiesOfAllUnits_areListedAsDrafted() {
    var headers =
        headers(
            false,
            left("requests=60;w=60", 59, 41_001),
            left("input-tokens=9;w=3600", 0, 1),
            left("concurrent=5", 4, 1_000));

    assertThat(headers)
        .containsEntry(
            "RateLimit-Policy",
            "\"user-requests\";q=60;w=60, \"user-input-tokens\";q=9;w=3600;qu=\"input-tokens\","
                + " \"user-concurrent\";q=5;qu=\"concurrent-requests\"")
        .containsEntry(
            "RateLimit",
            "\"user-requests\";r=59;t=42, \"user-input-tokens\";r=0;t=1,"
                + " \"user-concurrent\";r=4;t=1");
  }

  @Test
  void of_severalPoliciesOfAUnit_tellsOpenAiTheScarcest() {
    var headers =
        headers(
            false,
            left("day?requests=1000;w=86400", 300, 6 * 60_000),
            left("minute?requests=10;w=60", 9, 1_000),
            left("tokens=100;w=1", 70, 12));

    assertThat(headers)
        .containsEntry("x-ratelimit-limit-requests", "1000")
        .containsEntry("x-ratelimit-remaining-requests", "300")
        .containsEntry("x-ratelimit-reset-requests", "6m0s")
        .containsEntry("x-ratelimit-limit-tokens", "100")
        .containsEntry("x-ratelimit-remaining-tokens", "70")
        .containsEntry("x-ratelimit-reset-tokens", "12ms")
        .hasSize(8);
  }

  @Test
  void of_anthropicWire_tellsEachUnitAndWhenInUtc() {
    var headers =
        headers(
            true,
            left("requests=10;w=60", 9, 1_000),
            left("input-tokens=100;w=60", 1, 900),
            left("output-tokens=200;w=60", 2, 901));

    assertThat(headers)
        .containsEntry("anthropic-ratelimit-requests-limit", "10")
        .containsEntry("anthropic-ratelimit-requests-remaining", "9")
        .containsEntry("anthropic-ratelimit-requests-reset", "2026-01-02T03:04:07Z")
        .containsEntry("anthropic-ratelimit-input-tokens-reset", "2026-01-02T03:04:06Z")
        .containsEntry("anthropic-ratelimit-output-tokens-reset", "2026-01-02T03:04:07Z")
        .hasSize(11);
  }

  @Test
  void of_shadowPoliciesAlone_tellsNothing() {
    assertThat(headers(false, left("requests=1;w=60;shadow", 0, 1))).isEmpty();
    assertThat(headers(true)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1ms",
    "999, 999ms",
    "1000, 1s",
    "1001, 2s",
    "59001, 1m0s",
    "360000, 6m0s",
    "3600000, 1h0m0s",
    "90061000, 25h1m1s"
  })
  void duration_isWrittenAsOpenAiDoes(long millis, String text) {
    assertThat(LimitHeaders.duration(Duration.ofMillis(millis))).isEqualTo(text);
  }

  private static Left left(String policy, long remaining, long resetMillis) {
    return new Left(
        Policies.parse("user", policy).getFirst(),
        remaining,
        Duration.ofMillis(resetMillis),
        false);
  }

  private static Map<String, String> headers(boolean anthropic, Left... left) {
    return LimitHeaders.of(List.of(left), anthropic, NOW).stream()
        .collect(Collectors.toMap(Header::name, Header::value));
  }
}
