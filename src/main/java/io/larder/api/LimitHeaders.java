package io.larder.api;

import io.larder.inference.LimitExceeded;
import io.larder.model.Header;
import io.larder.ratelimit.Left;
import io.larder.ratelimit.Policy;
import io.larder.ratelimit.Unit;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Tells in header fields what is left of limits: in those that the IETF drafts, and in those that
 * clients of the wire know from its vendor. Policies that only count are not told, since clients
 * would keep to them.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/">RateLimit
 *     header fields for HTTP</a>
 * @see <a href="https://platform.openai.com/docs/guides/rate-limits">OpenAI, rate limits</a>
 * @see <a href="https://docs.anthropic.com/en/api/rate-limits">Anthropic, rate limits</a>
 */
final class LimitHeaders {
  private static final List<Unit> OPENAI = List.of(Unit.REQUESTS, Unit.TOKENS);
  private static final List<Unit> ANTHROPIC =
      List.of(Unit.REQUESTS, Unit.TOKENS, Unit.INPUT_TOKENS, Unit.OUTPUT_TOKENS);

  private LimitHeaders() {}

  /**
   * All that is told of what is left.
   *
   * @param anthropic whether the wire is Anthropic's; else it is OpenAI's
   */
  static List<Header> of(List<Left> left, boolean anthropic, Instant now) {
    var told = left.stream().filter(one -> !one.policy().shadow()).toList();
    var headers = new ArrayList<>(drafted(told));
    for (var unit : anthropic ? ANTHROPIC : OPENAI) {
      scarcest(told, unit)
          .ifPresent(one -> headers.addAll(anthropic ? anthropic(one, now) : openAi(one)));
    }
    return headers;
  }

  /** What a refusal adds to what was told when the request came in, to users of their own. */
  static List<Header> ofRefusal(LimitExceeded limit) {
    boolean told = limit.isOfCaller() && limit.policy().model().isEmpty();
    return told ? List.of() : drafted(limit.left().stream().toList());
  }

  private static List<Header> drafted(List<Left> told) {
    if (told.isEmpty()) {
      return List.of();
    }
    return List.of(
        new Header("RateLimit-Policy", list(told, one -> policy(one.policy()))),
        new Header("RateLimit", list(told, LimitHeaders::left)));
  }

  private static String list(List<Left> told, Function<Left, String> item) {
    return told.stream().map(item).collect(Collectors.joining(", "));
  }

  private static String policy(Policy policy) {
    var window = policy.window().isZero() ? "" : ";w=" + policy.window().toSeconds();
    return "\"" + policy.name() + "\";q=" + policy.limit() + window + quotaUnit(policy.unit());
  }

  private static String quotaUnit(Unit unit) {
    return switch (unit) {
      case REQUESTS -> "";
      case TOKENS, INPUT_TOKENS, OUTPUT_TOKENS -> ";qu=\"" + unit.word() + "\"";
      case CONCURRENT -> ";qu=\"concurrent-requests\"";
    };
  }

  private static String left(Left left) {
    return "\"" + left.policy().name() + "\";r=" + left.remaining() + ";t=" + seconds(left.reset());
  }

  /** The policy of a unit of which the smallest share is left. */
  private static Optional<Left> scarcest(List<Left> told, Unit unit) {
    return told.stream()
        .filter(one -> one.policy().unit() == unit)
        .min(Comparator.comparingDouble(one -> (double) one.remaining() / one.policy().limit()));
  }

  private static List<Header> openAi(Left left) {
    var unit = left.policy().unit().word();
    return List.of(
        new Header("x-ratelimit-limit-" + unit, String.valueOf(left.policy().limit())),
        new Header("x-ratelimit-remaining-" + unit, String.valueOf(left.remaining())),
        new Header("x-ratelimit-reset-" + unit, duration(left.reset())));
  }

  private static List<Header> anthropic(Left left, Instant now) {
    var prefix = "anthropic-ratelimit-" + left.policy().unit().word();
    var reset = now.plus(left.reset()).plusNanos(999_999_999).truncatedTo(ChronoUnit.SECONDS);
    return List.of(
        new Header(prefix + "-limit", String.valueOf(left.policy().limit())),
        new Header(prefix + "-remaining", String.valueOf(left.remaining())),
        new Header(prefix + "-reset", reset.toString()));
  }

  /** As OpenAI writes durations: {@code 12ms}, {@code 1s}, {@code 6m0s}, {@code 24h0m0s}. */
  static String duration(Duration time) {
    if (time.compareTo(Duration.ofSeconds(1)) < 0) {
      return Math.max(1, time.toMillis()) + "ms";
    }
    var whole = Duration.ofSeconds(seconds(time));
    if (whole.toHours() > 0) {
      return String.format(
          Locale.ROOT, "%dh%dm%ds", whole.toHours(), whole.toMinutesPart(), whole.toSecondsPart());
    }
    return (whole.toMinutes() > 0 ? whole.toMinutes() + "m" : "") + whole.toSecondsPart() + "s";
  }

  /** Whole seconds, rounded up, so that who waits that long does not come too early. */
  static long seconds(Duration time) {
    return Math.max(1, time.plusNanos(999_999_999).toSeconds());
  }
}
