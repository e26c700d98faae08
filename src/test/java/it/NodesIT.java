package it;

import static it.Api.ask;
import static it.Api.cache;
import static it.Api.encode;
import static it.Api.header;
import static it.Api.json;
import static it.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two nodes and one Valkey, over HTTP: what is done on one is seen on the other. */
final class NodesIT {
  private static final Logger LOG = System.getLogger(NodesIT.class.getName());
  private static final Duration SEEN_MAX = Duration.ofSeconds(1);

  private static final AtomicLong NUMBER = new AtomicLong();
  private static ScriptedProvider provider;
  private static ValkeyProcess valkey;
  private static LarderProcess here;
  private static LarderProcess there;
  private static Api admin;
  private static Api otherAdmin;

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    provider.script("m", (request, answer) -> answer.whole(200, "application/json", next()));
    provider.script("other", (request, answer) -> answer.whole(200, "application/json", next()));
    valkey = ValkeyProcess.start();
    here = node("node-a");
    there = node("node-b");
    admin = new Api(here);
    otherAdmin = new Api(there);
  }

  private static LarderProcess node(String name) {
    return LarderProcess.start(
        name,
        Map.of(
            "LARDER_VALKEY_URI",
            valkey.uri(),
            "LARDER_PROVIDER_P_URL",
            provider.url(),
            // one that fails, so that it does not open the breaker of the other
            "LARDER_PROVIDER_Q_URL",
            provider.url(),
            "LARDER_CACHE_STALE",
            "stale-while-revalidate=30, stale-if-error=60",
            "LARDER_CACHE_WARM_CONCURRENCY",
            "4"));
  }

  @AfterAll
  static void stop() throws Exception {
    here.close();
    there.close();
    valkey.close();
    provider.close();
  }

  @Test
  void tag_invalidatedOnOneNode_isGoneOnTheOther() {
    for (var path :
        List.of(
            "/tags/docs",
            "/types/chat",
            "/users/admin",
            "/models/m",
            "/providers/p",
            "/namespaces/n",
            "")) {
      var body = ask("m", "invalidated by " + path);
      var labels = "tags=(\"docs\" \"v2\"), namespace=\"n\"";
      assertThat(cache(here.chat(body, "Larder-Cache", labels))).isEqualTo("MISS");
      assertThat(cache(here.chat(body, "Larder-Cache", labels))).isEqualTo("HIT");
      assertThat(cache(there.chat(body, "Larder-Cache", labels))).isEqualTo("HIT");
      otherAdmin.invalidate(path);
      Await.until(
          "gone after " + path,
          SEEN_MAX,
          () ->
              here.chat(body, "Larder-Cache", labels, "Cache-Control", "only-if-cached")
                      .statusCode()
                  == 504);
    }
  }

  @Test
  void tag_invalidatedWhileTheProviderAnswers_isDeadOnArrival() throws Exception {
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    provider.script(
        "slow",
        (request, answer) -> {
          asked.countDown();
          assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
          answer.whole(200, "application/json", next());
        });
    var body = ask("slow", "under way");
    var first =
        CompletableFuture.supplyAsync(() -> here.chat(body, "Larder-Cache", "tags=(\"late\")"));
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    otherAdmin.invalidate("/tags/late");
    released.countDown();
    assertThat(cache(first.get())).isEqualTo("MISS");

    assertThat(cache(there.chat(body, "Larder-Cache", "tags=(\"late\")"))).isEqualTo("MISS");
  }

  @Test
  void entry_describedAndRemoved_isGoneOnBothNodes() {
    var body = ask("m", "an entry");
    var miss = here.chat(body, "Larder-Cache", "ttl=600, tags=(\"t1\")");
    var key = header(miss, "Larder-Key");
    assertThat(cache(there.chat(body))).isEqualTo("HIT");

    var entry = json(otherAdmin.get("/api/cache/entries/" + key));
    assertThat(entry.get("key").asText()).isEqualTo(key);
    assertThat(entry.get("type").asText()).isEqualTo("chat");
    assertThat(entry.get("model").asText()).isEqualTo("m");
    assertThat(entry.get("user").asText()).isEqualTo("admin");
    assertThat(entry.get("tags")).hasSize(1);
    assertThat(entry.has("value")).isFalse();

    admin.invalidate("/entries/" + key);
    Await.until(
        "gone",
        SEEN_MAX,
        () -> there.chat(body, "Cache-Control", "only-if-cached").statusCode() == 504);
    var again = admin.get("/api/cache/entries/" + key);
    assertThat(again.statusCode()).isEqualTo(404);
    assertThat(header(again, "Content-Type")).startsWith("application/problem+json");
  }

  @Test
  void entries_filtered_areAllFoundPageByPage() {
    for (int i = 0; i < 25; i++) {
      here.chat(ask("m", "listed " + i), "Larder-Cache", "tags=(\"listed\")");
      here.chat(ask("m", "not listed " + i));
    }
    var found = new ArrayList<String>();
    var cursor = "";
    do {
      var page = json(admin.get("/api/cache/entries?tag=listed&limit=10&cursor=" + encode(cursor)));
      page.get("entries").forEach(entry -> found.add(entry.get("key").asText()));
      cursor = page.get("cursor").asText();
    } while (!cursor.isEmpty());

    assertThat(found).hasSize(25).doesNotHaveDuplicates();
  }

  @Test
  void entries_removedByPattern_areGone() {
    var keys = new ArrayList<String>();
    for (int i = 0; i < 30; i++) {
      keys.add(header(here.chat(ask("m", "pattern " + i)), "Larder-Key"));
    }
    there.chat(ask("m", "pattern 0"));
    var first = keys.getFirst();
    var job = admin.awaitJob(admin.delete("/api/cache/entries?pattern=" + first + "*"));

    assertThat(job.get("state").asText()).isEqualTo("done");
    assertThat(job.get("done").asInt()).isEqualTo(1);
    Await.until(
        "gone",
        SEEN_MAX,
        () ->
            there.chat(ask("m", "pattern 0"), "Cache-Control", "only-if-cached").statusCode()
                == 504);
    assertThat(cache(here.chat(ask("m", "pattern 1")))).isEqualTo("HIT");
  }

  @Test
  void figures_ofBothNodes_addUp() throws Exception {
    var before = settledFigures();
    var body = ask("m", "counted");
    here.chat(body);
    here.chat(body);
    there.chat(body);
    there.chat(body, "Cache-Control", "no-store");

    Await.until("counted", () -> more(before, "hits") == 2 && more(before, "misses") == 1);
    Await.until("counted", () -> more(before, "bypassed") == 1 && more(before, "stored") == 1);
    var now = json(otherAdmin.get("/api/cache"));
    assertThat(now.get("types").get("chat").get("hits").asLong()).isPositive();
    assertThat(now.get("tokensSaved").asLong() - before.get("tokensSaved").asLong()).isEqualTo(14);
    assertThat(now.get("stores").get("cache").get("state").asText()).isEqualTo("OK");
    assertThat(now.get("stores").get("state").get("breaker").asText()).isEqualTo("CLOSED");
    assertThat(now.get("from").asText()).isEqualTo("all nodes");
    for (var store : now.get("stores")) {
      assertThat(store.get("keys").asLong()).isPositive();
      assertThat(store.get("memoryBytes").asLong()).isPositive();
      assertThat(store.get("evictedKeys").asLong()).isZero();
      assertThat(store.get("memoryBytesMax").asLong()).isNotNegative();
    }
  }

  /** Figures come with a second's delay; so it takes two equal looks to know that all have come. */
  private static JsonNode settledFigures() throws InterruptedException {
    var last = figures(admin);
    while (true) {
      TimeUnit.MILLISECONDS.sleep(2_500);
      var now = figures(admin);
      if (now.get("types").equals(last.get("types"))) {
        return now;
      }
      last = now;
    }
  }

  private static long more(JsonNode before, String figure) {
    return figures(otherAdmin).get(figure).asLong() - before.get(figure).asLong();
  }

  private static JsonNode figures(Api api) {
    var answer = api.get("/api/cache");
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
    return json(answer);
  }

  @Test
  void requests_wrong_areToldAsProblems() {
    for (var one :
        Map.of(
                "/api/cache/tags/" + "x".repeat(10_240),
                "tag must be 1 to 128 bytes, was 10240",
                "/api/cache/entries?pattern=*",
                "matches everything",
                "/api/cache/entries?pattern=",
                "1 to 256 characters",
                "/api/cache/entries?pattern=a%5Bb",
                "no brackets")
            .entrySet()) {
      var answer = admin.delete(one.getKey());
      assertThat(answer.statusCode()).as(text(answer)).isEqualTo(400);
      assertThat(header(answer, "Content-Type")).startsWith("application/problem+json");
      assertThat(json(answer).get("detail").asText()).contains(one.getValue());
    }
    assertThat(admin.get("/api/cache/entries?limit=0").statusCode()).isEqualTo(400);
    assertThat(admin.get("/api/jobs/none").statusCode()).isEqualTo(404);
    assertThat(admin.get("/api/jobs/none/events").statusCode()).isEqualTo(404);
    assertThat(
            LarderProcess.send(HttpRequest.newBuilder(here.uri("/api/cache")).DELETE().build())
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void warm_lines_areHitsOnBothNodes() {
    var lines =
        ask("m", "warm 1")
            + "\n\n{\"request\":"
            + ask("m", "warm 2")
            + ",\"tags\":[\"warmed\"],\"ttl\":600,\"namespace\":\"w\"}\n"
            + ask("m", "warm 1")
            + "\n"
            + ask("unknown/model", "warm 3");
    var job = admin.awaitJob(admin.post("/api/cache/warm", lines));

    assertThat(job.get("state").asText()).isEqualTo("done");
    assertThat(job.get("total").asInt()).isEqualTo(4);
    assertThat(cache(there.chat(ask("m", "warm 1")))).isEqualTo("HIT");
    assertThat(cache(there.chat(ask("m", "warm 2"), "Larder-Cache", "namespace=\"w\"")))
        .isEqualTo("HIT");
    assertThat(cache(there.chat(ask("m", "warm 2")))).isEqualTo("MISS");
  }

  @Test
  void warm_badLine700_isToldAndNothingIsAsked() {
    int before = provider.requests("other").size();
    var lines = new StringBuilder();
    for (int i = 1; i <= 1_000; i++) {
      lines.append(i == 700 ? "{\"model\":\"other\",\"messages\":[}" : ask("other", "w" + i));
      lines.append('\n');
    }
    var answer = admin.post("/api/cache/warm", lines.toString());

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).get("detail").asText()).contains("line 700");
    assertThat(provider.requests("other")).hasSize(before);
  }

  @Test
  void warm_cancelledFromTheOtherNode_stopsAndKeepsWhatIsDone() {
    provider.script(
        "slowly",
        (request, answer) -> {
          TimeUnit.MILLISECONDS.sleep(100);
          answer.whole(200, "application/json", next());
        });
    var lines = new StringBuilder();
    for (int i = 0; i < 2_000; i++) {
      lines.append(ask("slowly", "c" + i)).append('\n');
    }
    var accepted = admin.post("/api/cache/warm", lines.toString());
    var id = json(accepted).get("id").asText();
    assertThat(header(accepted, "Location")).endsWith("/api/jobs/" + id);
    Await.until("seen there", () -> otherAdmin.get("/api/jobs/" + id).statusCode() == 200);
    Await.until("some done", () -> json(otherAdmin.get("/api/jobs/" + id)).get("done").asInt() > 5);
    assertThat(otherAdmin.delete("/api/jobs/" + id).statusCode()).isEqualTo(202);
    Await.until("cancelled", () -> otherAdmin.state(id).equals("cancelled"));

    int done = json(otherAdmin.get("/api/jobs/" + id)).get("done").asInt();
    assertThat(done).isBetween(5, 1_000);
    var events = text(otherAdmin.get("/api/jobs/" + id + "/events"));
    assertThat(events).startsWith("event: job\ndata: {").contains("\"state\":\"cancelled\"");
  }

  @Test
  void job_itsNodeIsKilled_saysThatItDied() {
    provider.script(
        "never",
        (request, answer) -> {
          TimeUnit.SECONDS.sleep(30);
          answer.whole(200, "application/json", next());
        });
    try (var victim = node("node-c")) {
      var api = new Api(victim);
      var id = json(api.post("/api/cache/warm", ask("never", "x"))).get("id").asText();
      Await.until("seen", () -> otherAdmin.state(id).equals("running"));
      victim.process().destroyForcibly();
      Await.until("died", () -> otherAdmin.state(id).equals("died"));
    }
  }

  @Test
  void export_imported_areHitsAgain() {
    var body = ask("m", "exported");
    var miss = here.chat(body, "Larder-Cache", "tags=(\"exported\")");
    var export = admin.get("/api/cache/export");
    var lines = text(export).lines().filter(line -> line.contains("tag:exported")).toList();
    assertThat(lines).hasSize(1);
    admin.invalidate("/entries/" + header(miss, "Larder-Key"));
    Await.until(
        "gone",
        SEEN_MAX,
        () -> there.chat(body, "Cache-Control", "only-if-cached").statusCode() == 504);
    var job = otherAdmin.awaitJob(otherAdmin.post("/api/cache/import", lines.getFirst()));

    assertThat(job.get("done").asInt()).isEqualTo(1);
    var hit = here.chat(body);
    assertThat(cache(hit)).isEqualTo("HIT");
    assertThat(hit.body()).isEqualTo(miss.body());
    assertThat(admin.post("/api/cache/import", "{}\n").statusCode()).isEqualTo(400);
  }

  @Test
  void stale_whileRevalidating_isServedAtOnceAndRefreshedOnce() {
    var body = ask("m", "soon stale");
    var ttl = new String[] {"Larder-Cache", "ttl=1"};
    var first = here.chat(body, ttl);
    Await.until("stale", () -> cache(here.chat(body, ttl)).equals("STALE"));
    Await.until("fresh", () -> cache(there.chat(body, ttl)).equals("HIT"));

    assertThat(there.chat(body, ttl).body()).isNotEqualTo(first.body());
  }

  @Test
  void stale_providerFails_isServedInstead() {
    var broken = new AtomicBoolean();
    provider.script(
        "fails",
        (request, answer) -> {
          if (broken.get()) {
            answer.whole(503, "application/json", "{\"error\":{\"message\":\"no\"}}");
          } else {
            answer.whole(200, "application/json", next());
          }
        });
    var body = ask("q/fails", "stale on error");
    var first = here.chat(body, "Larder-Cache", "ttl=1");
    broken.set(true);
    Await.until("stale", () -> cache(there.chat(body)).equals("STALE"));
    // nobody may refresh it for half a minute now, since the one who tried has failed
    var stale = there.chat(body);

    assertThat(stale.body()).isEqualTo(first.body());
    assertThat(header(stale, "Cache-Status")).startsWith("larder; fwd=stale; ttl=-");
    // RFC 9111: who limits the age wants nothing stale
    assertThat(there.chat(body, "Cache-Control", "max-age=600").statusCode()).isEqualTo(503);
  }

  @Test
  void larderCache_wrong_isToldInTheShapeOfTheWire() {
    var answer = here.chat(ask("m", "x"), "Larder-Cache", "ttl=0");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).get("error").get("param").asText()).isEqualTo("Larder-Cache");
    assertThat(json(answer).get("error").get("message").asText())
        .isEqualTo("Larder-Cache: ttl must be a whole number of seconds from 1 to 31622400");
  }

  @Test
  void larderCache_ttl_isNeverLongerThanAsked() {
    var body = ask("m", "ttl");
    here.chat(body, "Larder-Cache", "ttl=100");

    assertThat(header(here.chat(body), "Cache-Status")).matches("larder; hit; ttl=(9\\d|100);.*");
  }

  @Test
  void storedAndInvalidated_interleavedAtRandom_noReaderIsMoreThanASecondBehind() throws Exception {
    long seed = System.nanoTime();
    LOG.log(Level.INFO, "seed {0}", String.valueOf(seed));
    var dead = new ConcurrentHashMap<String, List<long[]>>();
    var failures = new ConcurrentLinkedQueue<String>();
    var hits = new AtomicInteger();
    var stop = new AtomicBoolean();
    var running = new ArrayList<Future<?>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int n = 0; n < 4; n++) {
        var node = n % 2 == 0 ? here : there;
        var api = n % 2 == 0 ? admin : otherAdmin;
        var random = new Random(seed + n);
        running.add(
            threads.submit(
                () -> {
                  while (!stop.get()) {
                    var name = "race-" + random.nextInt(5);
                    if (random.nextInt(20) == 0) {
                      long upTo = NUMBER.get();
                      api.invalidate("/tags/" + name);
                      dead.computeIfAbsent(
                              name, absent -> Collections.synchronizedList(new ArrayList<>()))
                          .add(new long[] {System.nanoTime(), upTo});
                    } else {
                      long start = System.nanoTime();
                      var control = random.nextInt(10) == 0 ? "no-cache" : "max-age=1000";
                      var answer =
                          node.chat(
                              ask("m", name),
                              "Larder-Cache",
                              "tags=(\"" + name + "\")",
                              "Cache-Control",
                              control);
                      if (cache(answer).equals("HIT")) {
                        hits.incrementAndGet();
                        check(name, number(answer), start, dead, failures);
                      }
                    }
                  }
                  return null;
                }));
      }
      TimeUnit.SECONDS.sleep(6);
      stop.set(true);
      for (var one : running) {
        one.get();
      }
    }

    assertThat(failures).as("seed " + seed).isEmpty();
    assertThat(hits).hasValueGreaterThan(500);
  }

  private static void check(
      String name,
      long number,
      long start,
      Map<String, List<long[]>> dead,
      ConcurrentLinkedQueue<String> failures) {
    var invalidations = dead.getOrDefault(name, List.of());
    synchronized (invalidations) {
      for (var one : invalidations) {
        if (start - one[0] > SEEN_MAX.toNanos() && number <= one[1]) {
          failures.add(name + ": " + number + " after " + one[1]);
        }
      }
    }
  }

  private static long number(HttpResponse<byte[]> answer) {
    return Long.parseLong(
        json(answer).get("choices").get(0).get("message").get("content").asText());
  }

  /** An answer that says which one it is. */
  private static String next() {
    return "{\"choices\":[{\"message\":{\"content\":\""
        + NUMBER.incrementAndGet()
        + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}";
  }
}
