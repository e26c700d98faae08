package io.larder.provider;

import static io.larder.provider.ProviderFailure.Kind.BUSY;
import static io.larder.provider.ProviderFailure.Kind.CUT;
import static io.larder.provider.ProviderFailure.Kind.OPEN;
import static io.larder.provider.ProviderFailure.Kind.TIMED_OUT;
import static io.larder.provider.ProviderFailure.Kind.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.larder.model.Wire;
import io.larder.provider.Attempts.Patience;
import io.larder.provider.Providers.Answered;
import io.larder.provider.Providers.Route;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is asked, how often and after which waits; time passes only in the test's list. */
final class AttemptsTest {
  private static final Instant NOW = Instant.parse("2026-11-06T08:49:37Z");
  private static final Patience TWICE_MORE = new Patience(2, Duration.ofSeconds(5));

  private final List<Duration> waits = new ArrayList<>();
  private final Attempts attempts =
      new Attempts(InstantSource.fixed(NOW), waits::add, new Random(7));
  private final FakeProvider first = new FakeProvider("first");
  private final FakeProvider second = new FakeProvider("second");

  @ParameterizedTest
  @ValueSource(ints = {200, 302, 400, 404, 429, 500, 501})
  void ask_anyAnswerButAProvidersFailure_isTheAnswer(int status) throws Exception {
    first.thenStatus(status);

    assertThat(body(ask(first, second))).isEqualTo("first " + status);
    assertThat(waits).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {502, 503, 504, 529})
  void ask_failingStatus_isAskedAgainAndThenAnswers(int status) throws Exception {
    first.thenStatus(status).thenStatus(status).thenStatus(200);

    try (var reply = ask(first).reply()) {
      assertThat(reply.status()).isEqualTo(200);
      assertThat(first.open()).as("the refused replies are closed").isEqualTo(1);
    }
    assertThat(waits).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNREACHABLE", "CUT"})
  void ask_noAnswer_isAskedAgain(ProviderFailure.Kind kind) throws Exception {
    first.thenFailure(kind).thenFailure(kind).thenStatus(200);

    assertThat(body(ask(first, second))).isEqualTo("first 200");
  }

  @ParameterizedTest
  @EnumSource(names = {"TIMED_OUT", "BUSY", "OPEN"})
  void ask_notWorthAnotherTime_goesToTheNextAtOnce(ProviderFailure.Kind kind) throws Exception {
    first.thenFailure(kind);
    second.thenStatus(200);

    assertThat(body(ask(first, second))).isEqualTo("second 200");
    assertThat(first.asked()).isEqualTo(1);
    assertThat(waits).isEmpty();
  }

  @Test
  void ask_firstFailsForGood_goesToTheNextInOrder() throws Exception {
    for (int i = 0; i < 3; i++) {
      first.thenStatus(503);
      second.thenFailure(UNREACHABLE);
    }
    var third = new FakeProvider("third").thenStatus(200);

    var answered = ask(first, second, third);
    assertThat(answered.route().provider()).isSameAs(third);
    assertThat(body(answered)).isEqualTo("third 200");
    assertThat(first.asked()).isEqualTo(3);
    assertThat(second.asked()).isEqualTo(3);
  }

  @Test
  void ask_noRetries_asksOnce() throws Exception {
    first.thenStatus(503);

    assertThat(body(ask(new Patience(0, Duration.ZERO), first))).isEqualTo("first 503");
    assertThat(waits).isEmpty();
  }

  @Test
  void ask_question_isMadeForEachRoute() throws Exception {
    first.thenFailure(TIMED_OUT);
    second.thenStatus(200);
    var asked = new ArrayList<String>();

    attempts.ask(
        List.of(new Route(first, "a"), new Route(second, "b")),
        route -> {
          asked.add(route.provider().name() + " " + route.model());
          return Optional.of(question());
        },
        provider -> TWICE_MORE);
    assertThat(asked).containsExactly("first a", "second b");
  }

  @Test
  void backOff_doublesByChanceUpToItsMost() throws Exception {
    for (int i = 0; i < 11; i++) {
      first.thenFailure(CUT);
    }

    assertThatThrownBy(() -> ask(new Patience(10, Duration.ZERO), first))
        .isInstanceOf(ProviderFailure.class);
    assertThat(waits).hasSize(10);
    long most = 200;
    for (var wait : waits) {
      assertThat(wait.toMillis()).isBetween(most / 2, most);
      most = Math.min(most * 2, 2000);
    }
    assertThat(waits.stream().distinct().count()).isGreaterThan(5);
  }

  @Test
  void retryAfter_withinTheBound_isWaitedFor() throws Exception {
    first
        .thenStatus(503, "Retry-After: 5")
        .thenStatus(503, "Retry-After: Fri, 06 Nov 2026 08:49:40 GMT")
        .thenStatus(200);

    assertThat(body(ask(first))).isEqualTo("first 200");
    assertThat(waits).containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(3));
  }

  @Test
  void retryAfter_garbageOrShort_isTheUsualBackOff() throws Exception {
    first.thenStatus(503, "Retry-After: soon").thenStatus(529, "retry-after-ms: 1").thenStatus(200);

    assertThat(body(ask(first))).isEqualTo("first 200");
    assertThat(waits).hasSize(2).allMatch(wait -> wait.toMillis() >= 100);
  }

  @Test
  void retryAfter_beyondTheBound_goesToTheNextWithoutWaiting() throws Exception {
    first.thenStatus(503, "Retry-After: 6");
    second.thenStatus(200);

    assertThat(body(ask(first, second))).isEqualTo("second 200");
    assertThat(waits).isEmpty();
  }

  @Test
  void retryAfter_beyondTheBoundAndNobodyElse_isToldToTheClient() throws Exception {
    first.thenStatus(503, "Retry-After: 3600", "x-vendor: v");

    var reply = ask(first).reply();
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.headers()).extracting("value").containsExactly("3600", "v");
    assertThat(waits).isEmpty();
  }

  @Test
  void ask_allFail_isTheLastReplyThatHadAStatus() throws Exception {
    for (int i = 0; i < 3; i++) {
      first.thenStatus(503, "x-vendor: v");
      second.thenFailure(UNREACHABLE);
    }

    var answered = ask(first, second);
    assertThat(answered.route().provider()).isSameAs(first);
    assertThat(answered.reply().headers()).extracting("value").containsExactly("v");
    assertThat(body(answered)).isEqualTo("first 503");
    assertThat(first.open()).isZero();
  }

  @Test
  void ask_allFailWithoutAStatus_isTheLastFailureThatWasOne() {
    first.thenFailure(TIMED_OUT);
    second.thenFailure(OPEN);

    assertThat(failure(first, second).kind()).isEqualTo(TIMED_OUT);
  }

  @Test
  void ask_allOpen_isOpen() {
    first.thenFailure(OPEN);
    second.thenFailure(OPEN);

    assertThat(failure(first, second).kind()).isEqualTo(OPEN);
  }

  @Test
  void ask_oneOpenAndOneBusy_isBusy() {
    first.thenFailure(OPEN);
    second.thenFailure(BUSY);

    assertThat(failure(first, second).kind()).isEqualTo(BUSY);
  }

  @Test
  void ask_errorBodyThatCannotBeKept_isClosedAndTold() {
    var large = new ByteArrayInputStream(new byte[64 * 1024 + 1]);
    var closed = new ArrayList<String>();
    first.then(provider -> new Reply(503, List.of(), large, -1, () -> closed.add("closed")));
    first.thenFailure(TIMED_OUT);

    assertThat(failure(first).kind()).isEqualTo(TIMED_OUT);
    assertThat(closed).containsExactly("closed");
  }

  @Test
  void ask_errorBodyThatBreaksOff_costsNothingButTheBody() throws Exception {
    // a closed stream fails when it is read
    var broken = InputStream.nullInputStream();
    broken.close();
    first.then(provider -> new Reply(503, List.of(), broken, -1, broken::close)).thenStatus(200);

    assertThat(body(ask(first))).isEqualTo("first 200");
  }

  @Test
  void ask_interrupted_endsWithWhatThereIs() {
    first.thenFailure(CUT);
    var stopped =
        new Attempts(
            InstantSource.fixed(NOW),
            wait -> {
              throw new InterruptedException();
            },
            new Random(7));

    assertThatThrownBy(
            () ->
                stopped.ask(
                    routes(first, second),
                    route -> Optional.of(question()),
                    provider -> TWICE_MORE))
        .isInstanceOf(ProviderFailure.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(second.asked()).isZero();
  }

  private ProviderFailure failure(Provider... providers) {
    return catchThrowableOfType(ProviderFailure.class, () -> ask(providers));
  }

  private Answered ask(Provider... providers) throws ProviderFailure {
    return ask(TWICE_MORE, providers);
  }

  private Answered ask(Patience patience, Provider... providers) throws ProviderFailure {
    Function<Route, Optional<Question>> asked = route -> Optional.of(question());
    return attempts.ask(routes(providers), asked, provider -> patience);
  }

  private static List<Route> routes(Provider... providers) {
    return Stream.of(providers).map(provider -> new Route(provider, "m")).toList();
  }

  private static Question question() {
    return new Question(Wire.OPENAI_CHAT, List.of(), new byte[0]);
  }

  private static String body(Answered answered) throws IOException {
    try (var reply = answered.reply()) {
      return new String(reply.read(1000), StandardCharsets.UTF_8);
    }
  }

  @Test
  void kept_reply_isTheSameWithoutItsConnection() throws Exception {
    var body = new ByteArrayInputStream(new byte[] {1, 2});
    var closed = new ArrayList<String>();
    var reply = new Reply(503, List.of(), body, 2, () -> closed.add("closed"));

    var kept = reply.kept(2, Duration.ofSeconds(1)).orElseThrow();
    assertThat(closed).containsExactly("closed");
    assertThat(kept.read(10)).containsExactly(1, 2);
    assertThat(kept.status()).isEqualTo(503);
  }
}
