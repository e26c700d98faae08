package it;

import static java.nio.charset.StandardCharsets.UTF_8;

import it.BenchLoad.Round;
import it.BenchLoad.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What Larder costs, each time beside the provider called directly and a bare JAX-RS echo on the
 * same server, in turns. Not part of the tests: {@code ./larder bench}.
 */
final class Bench {
  private static final Path FOLDER = Path.of("target/bench");
  private static final String AUTHORIZATION = "Authorization: Bearer " + LarderProcess.KEY + "\r\n";
  private static final String CHAT = "/v1/chat/completions";
  private static final Duration WARM_UP = Duration.ofSeconds(8);
  private static final Duration TIME = Duration.ofSeconds(2);
  private static final int ROUNDS = 5;
  private static final int CLIENTS = 32;
  private static final int STREAM_CLIENTS = 8;
  private static final int IDENTICAL = 1_000;
  private static final List<Integer> OPEN = List.of(1, 100, 1_000, 5_000);
  private static final int LIMIT = 500;

  private final List<String> table = new ArrayList<>();
  private final List<String> raw = new ArrayList<>();

  @Test
  void larder_besideItsReferences_isMeasured() throws Exception {
    Files.createDirectories(FOLDER);
    try (var server = new BenchServer(FOLDER)) {
      warmUp(server);
      json(server);
      streams(server);
      coalescing(server);
      limits(server);
      sessions(server);
      openStreams(server);
    }
    var head =
        List.of(
            "# Larder, " + LocalDate.now(ZoneOffset.UTC),
            "",
            machine(),
            "",
            "Client, provider, Valkey and Larder share the machine, so only ratios say something. Each row is"
                + " the round in the middle of "
                + ROUNDS
                + "; CPU is that of Larder's process.",
            "");
    var whole = new ArrayList<String>(head);
    whole.addAll(table);
    whole.addAll(List.of("", "## Raw", ""));
    whole.addAll(raw);
    Files.writeString(FOLDER.resolve("larder.md"), String.join("\n", whole) + "\n");
  }

  private static String machine() throws IOException {
    var model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.replaceFirst(".*: ", ""))
            .findFirst()
            .orElse("unknown");
    return String.format(
        Locale.ROOT,
        "%d × %s, %s %s, Java %s, load %s at the end",
        Runtime.getRuntime().availableProcessors(),
        model,
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        Runtime.version(),
        Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
  }

  private static String body(String model, boolean stream, Object words) {
    return "{\"model\":\""
        + model
        + "\",\"stream\":"
        + stream
        + ",\"messages\":[{\"role\":\"user\",\"content\":\"What does a larder keep? "
        + words
        + "\"}]}";
  }

  private static Step chat(
      String model, boolean stream, String fields, boolean same, String cache) {
    return (client, number) -> {
      var answer =
          client.send(
              "POST", CHAT, AUTHORIZATION + fields, body(model, stream, same ? "always" : number));
      if (answer.status() != 200 || !answer.cache().equals(cache)) {
        throw new IOException(answer.status() + " " + answer.cache() + ", not " + cache);
      }
      return answer;
    };
  }

  private static Step echo() {
    return (client, number) -> {
      var sent = body("json", false, number);
      var answer = client.send("POST", "/bare/echo", "", sent);
      if (answer.status() != 200 || !answer.text().equals(sent)) {
        throw new IOException(answer.status() + " " + answer.text());
      }
      return answer;
    };
  }

  /** All that is measured later, long enough for what runs often to be compiled. */
  private static void warmUp(BenchServer server) throws Exception {
    for (boolean stream : new boolean[] {false, true}) {
      var model = stream ? "stream" : "json";
      try (var client = new ThinClient(server.port())) {
        client.send("POST", CHAT, AUTHORIZATION, body(model, stream, "always"));
      }
      for (var step :
          List.of(
              chat(model, stream, "", false, "MISS"),
              chat(model, stream, "", true, "HIT"),
              chat(model, stream, "Cache-Control: no-store\r\n", false, "BYPASS"))) {
        BenchLoad.run(server.port(), STREAM_CLIENTS, WARM_UP, server.pid(), step);
      }
    }
    BenchLoad.run(server.port(), STREAM_CLIENTS, WARM_UP, server.pid(), echo());
  }

  /** Rounds of all cases in turns, so that what else the machine does meets all of them. */
  private Map<String, Round> measure(
      BenchServer server, int clients, Map<String, Step> cases, List<String> ofProvider)
      throws Exception {
    var rounds = new LinkedHashMap<String, List<Round>>();
    for (int i = 0; i < ROUNDS; i++) {
      for (var one : cases.entrySet()) {
        int port = ofProvider.contains(one.getKey()) ? server.providerPort() : server.port();
        var round = BenchLoad.run(port, clients, TIME, server.pid(), one.getValue());
        rounds.computeIfAbsent(one.getKey(), absent -> new ArrayList<>()).add(round);
      }
    }
    var medians = new LinkedHashMap<String, Round>();
    rounds.forEach(
        (name, all) -> {
          raw.add(
              "- " + name + ": " + all.stream().map(Round::raw).collect(Collectors.joining("; ")));
          medians.put(name, BenchLoad.median(all));
        });
    return medians;
  }

  private void json(BenchServer server) throws Exception {
    var direct = "provider directly, JSON";
    var cases = new LinkedHashMap<String, Step>();
    cases.put(direct, chat("json", false, "", false, ""));
    cases.put("bare JAX-RS echo", echo());
    cases.put("cache hit", chat("json", false, "", true, "HIT"));
    cases.put("cache miss", chat("json", false, "", false, "MISS"));
    cases.put("no cache", chat("json", false, "Cache-Control: no-store\r\n", false, "BYPASS"));
    rows(measure(server, CLIENTS, cases, List.of(direct)), CLIENTS, direct, "bare JAX-RS echo");
  }

  private void streams(BenchServer server) throws Exception {
    for (int clients : new int[] {1, STREAM_CLIENTS}) {
      var direct = "provider directly, stream of " + BenchServer.CHUNKS;
      var cases = new LinkedHashMap<String, Step>();
      cases.put(direct, chat("stream", true, "", false, ""));
      cases.put("stream, hit", chat("stream", true, "", true, "HIT"));
      cases.put("stream, miss", chat("stream", true, "", false, "MISS"));
      rows(measure(server, clients, cases, List.of(direct)), clients, direct, direct);
    }
  }

  private void rows(Map<String, Round> medians, int clients, String direct, String bare) {
    table.add("");
    table.add(
        "| "
            + clients
            + (clients == 1 ? " client" : " clients")
            + " | requests/s | of the provider | of the echo | p50 ms | p99 ms | first byte p50 ms | CPU ms each |");
    table.add("|---|---|---|---|---|---|---|---|");
    medians.forEach(
        (name, round) ->
            table.add(
                String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %.0f %% | %s | %.2f | %.2f | %.2f | %s |",
                    name,
                    round.perSecond(),
                    100 * round.perSecond() / medians.get(direct).perSecond(),
                    bare.equals(direct)
                        ? "–"
                        : String.format(
                            Locale.ROOT,
                            "%.0f %%",
                            100 * round.perSecond() / medians.get(bare).perSecond()),
                    round.millis(0.5),
                    round.millis(0.99),
                    round.firstMillis(0.5),
                    name.equals(direct)
                        ? "–"
                        : String.format(Locale.ROOT, "%.2f", round.cpuMillisEach()))));
  }

  /** Equal requests at once: how often the provider is asked. */
  private void coalescing(BenchServer server) throws Exception {
    int before = server.provider().requests("slow").size();
    var body = body("slow", true, "all at once " + BenchLoad.next());
    var tasks = new ArrayList<Callable<Long>>();
    for (int i = 0; i < IDENTICAL; i++) {
      tasks.add(
          () -> {
            long begin = System.nanoTime();
            try (var client = new ThinClient(server.port())) {
              check(client.send("POST", CHAT, AUTHORIZATION, body).text());
            }
            return System.nanoTime() - begin;
          });
    }
    long longest = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var task : threads.invokeAll(tasks)) {
        longest = Math.max(longest, task.get());
      }
    }
    say(
        whole(IDENTICAL)
            + " equal requests at once, answer of 1.0 s: "
            + (server.provider().requests("slow").size() - before)
            + " call, the last one answered after "
            + text(longest / 1e9)
            + " s");
  }

  private static void check(String stream) throws IOException {
    if (!stream.endsWith("data: [DONE]\n\n")) {
      throw new IOException("not whole: " + stream);
    }
  }

  /** How exactly a limit holds, and how fast it refuses. */
  private void limits(BenchServer server) throws Exception {
    var made =
        server
            .node()
            .post(
                "/api/keys",
                "{\"owner\":\"bench\",\"limits\":\"few?requests=" + LIMIT + ";w=3600\"}");
    var key = new String(made.body(), UTF_8).replaceFirst("(?s).*\"key\":\"([^\"]+)\".*", "$1");
    var fields = "Authorization: Bearer " + key + "\r\n";
    var admitted = new AtomicInteger();
    Step step =
        (client, number) -> {
          var answer = client.send("POST", CHAT, fields, body("json", false, "always"));
          if (answer.status() == 200) {
            admitted.incrementAndGet();
          } else if (answer.status() != 429) {
            throw new IOException("status " + answer.status());
          }
          return answer;
        };
    var round = BenchLoad.run(server.port(), CLIENTS, TIME, server.pid(), step);
    var refusals = BenchLoad.run(server.port(), CLIENTS, TIME, server.pid(), step);
    say(
        "limit of "
            + LIMIT
            + ", "
            + whole(round.requests())
            + " requests by "
            + CLIENTS
            + " clients: "
            + admitted.get()
            + " admitted; then "
            + whole(refusals.perSecond())
            + " refusals a second, p50 "
            + text(refusals.millis(0.5))
            + " ms (decisions alone: LimitSpeedIT)");
  }

  /** A request by the session of a browser, beside the same one by a key. */
  private void sessions(BenchServer server) throws Exception {
    var browser = Browser.signIn(server.node(), LarderProcess.KEY);
    var cases = new LinkedHashMap<String, Step>();
    cases.put("GET /api/me by a key", me(AUTHORIZATION));
    cases.put("GET /api/me by a session", me("Cookie: " + browser.cookie() + "\r\n"));
    var medians = measure(server, STREAM_CLIENTS, cases, List.of());
    medians.forEach(
        (name, round) ->
            say(
                name
                    + ", "
                    + STREAM_CLIENTS
                    + " clients: "
                    + whole(round.perSecond())
                    + " a second, p50 "
                    + text(round.millis(0.5))
                    + " ms, p99 "
                    + text(round.millis(0.99))
                    + " ms"));
  }

  private static Step me(String fields) {
    return (client, number) -> {
      var answer = client.send("GET", "/api/me", fields, "");
      if (answer.status() != 200) {
        throw new IOException("status " + answer.status());
      }
      return answer;
    };
  }

  /** Streams that are open at once: what each takes, and whether all come whole. */
  private void openStreams(BenchServer server) throws Exception {
    for (int count : OPEN) {
      var opened = new CountDownLatch(count);
      var goOn = new CountDownLatch(1);
      server
          .provider()
          .script(
              "open",
              (request, answer) -> {
                answer.streamHead();
                answer.piece(Chunks.first("and "));
                if (goOn.await(120, TimeUnit.SECONDS)) {
                  answer.piece(BenchServer.DONE);
                  answer.streamEnd();
                }
              });
      long before = BenchLoad.residentKibibytes(server.pid());
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var streams = new ArrayList<Future<Void>>();
        for (int i = 0; i < count; i++) {
          streams.add(threads.submit(() -> open(server, opened)));
          if (i % 250 == 249) {
            // no more connections at once than a server takes up
            TimeUnit.MILLISECONDS.sleep(20);
          }
        }
        boolean all = opened.await(60, TimeUnit.SECONDS);
        long during = BenchLoad.residentKibibytes(server.pid());
        goOn.countDown();
        for (var stream : streams) {
          stream.get(90, TimeUnit.SECONDS);
        }
        say(
            whole(count)
                + " open streams: "
                + (all ? "all begun and ended" : "NOT all begun within 60 s")
                + ", "
                + whole((double) (during - before))
                + " KiB of resident memory more, "
                + whole(during / 1024.0)
                + " MiB in all");
      }
    }
  }

  private static Void open(BenchServer server, CountDownLatch opened) throws IOException {
    try (var client = new ThinClient(server.port())) {
      client.onFirst(opened::countDown);
      check(client.send("POST", CHAT, AUTHORIZATION, body("open", true, BenchLoad.next())).text());
    }
    return null;
  }

  private void say(String line) {
    if (table.stream().noneMatch(other -> other.startsWith("- "))) {
      table.add("");
    }
    table.add("- " + line);
  }

  private static String text(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String whole(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }
}
