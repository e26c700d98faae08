package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Passwords that are guessed many at a time, as whoever has a list of them would. */
final class GuessesIT {
  private static final int TRIED_MAX = 10;
  private static final int GUESSES = 60;
  private static final String REGISTRY =
      """
      <server>
        <featureManager><feature>appSecurity</feature></featureManager>
        <basicRegistry id="staff">
          <user name="bob" password="bobs-password"/>
          <group name="user"><member name="bob"/></group>
        </basicRegistry>
        <webAppSecurity singleSignonEnabled="false"/>
      </server>
      """;

  @Test
  void passwords_guessedAtOnce_areTriedNoMoreThanOneAfterTheOther() throws Exception {
    var limit = Map.of("LARDER_LIMITS_STRANGER", "requests=" + TRIED_MAX + ";w=600");
    var files = Map.of("registry.xml", REGISTRY.replaceAll("</?server>", ""));
    try (var larder = LarderProcess.start("guesses", limit, files)) {
      for (int i = 0; i < 2 * TRIED_MAX; i++) {
        assertThat(status(larder, "bobs-password")).as("good ones do not count").isEqualTo(200);
      }
      var statuses = atOnce(larder);

      assertThat(statuses).containsOnly(401, 429);
      assertThat(statuses.stream().filter(status -> status == 401)).hasSize(TRIED_MAX);
      assertThat(tried(larder)).as("what the server has tried").isEqualTo(TRIED_MAX);
      assertThat(status(larder, "bobs-password")).as("not even the right one").isEqualTo(429);
    }
  }

  private static List<Integer> atOnce(LarderProcess larder) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var start = new CountDownLatch(1);
      var answers = new ArrayList<Future<Integer>>();
      for (int i = 0; i < GUESSES; i++) {
        var guess = "guess-" + i;
        Callable<Integer> task =
            () -> {
              start.await();
              return status(larder, guess);
            };
        answers.add(threads.submit(task));
      }
      start.countDown();
      var statuses = new ArrayList<Integer>();
      for (var answer : answers) {
        statuses.add(answer.get());
      }
      return statuses;
    }
  }

  private static int status(LarderProcess larder, String password) {
    var pair = ("bob:" + password).getBytes(StandardCharsets.UTF_8);
    var request =
        HttpRequest.newBuilder(larder.uri("/api/me"))
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair))
            .build();
    return LarderProcess.send(request).statusCode();
  }

  /** The server logs each password that it finds wrong. */
  private static long tried(LarderProcess larder) {
    return larder.log().lines().filter(line -> line.contains("CWWKS1100A")).count();
  }
}
