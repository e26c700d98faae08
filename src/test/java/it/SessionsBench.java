package it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What sessions cost, beside Redisson's provider on the same server, Valkey and machine. Not part
 * of the tests: {@code mvn verify -Psessions-bench -Dit.test=SessionsBench}.
 */
final class SessionsBench {
  private static final int CONNECTIONS = 32;
  private static final int SESSIONS = 200;
  private static final Duration WARM_UP = Duration.ofSeconds(25);
  private static final Duration TIME = Duration.ofSeconds(8);
  private static final int COUNTED = 100;
  private static final int IDLE = 100_000;
  private static final Pattern MEMORY = Pattern.compile("\\bused_memory:(\\d+)");
  private static final Pattern CALLS = Pattern.compile("cmdstat_([^:]+):calls=(\\d+)");
  private static final List<String> JVM = List.of("-Xmx512m", "-XX:+UseParallelGC");

  @Test
  void sessions_ofBothProviders_areMeasured() throws Exception {
    var report =
        new StringBuilder("| | Larder | Redisson 4.7 | the server's memory |\n|---|---|---|---|\n");
    var ours = measure("larder", larder());
    var theirs = measure("redisson", redisson());
    var none = measure("memory", "<!-- %s %s -->");
    for (int i = 0; i < ours.size(); i++) {
      report.append(ours.get(i).name());
      report.append(" | ").append(ours.get(i).text());
      report.append(" | ").append(theirs.get(i).text());
      report.append(" | ").append(none.get(i).text()).append(" |\n");
    }
    Files.createDirectories(Path.of("target/bench"));
    Files.writeString(Path.of("target/bench/sessions.md"), report);
    System.getLogger(SessionsBench.class.getName())
        .log(System.Logger.Level.INFO, "{0}", report.toString());
  }

  /** Sessions that nobody uses: what each takes in Valkey, and what they cost those in use. */
  @Test
  void sessions_idle_areMeasured() throws Exception {
    try (var valkey = ValkeyProcess.start();
        var server =
            SessionServer.start(
                "bench-idle",
                String.format(larder(), "GET_AND_SET_ATTRIBUTES", valkey.uri()),
                JVM)) {
      var used = new ArrayList<String>();
      for (int i = 0; i < SESSIONS; i++) {
        used.add(server.begin("set&name=n&value=0"));
      }
      IntFunction<Request> write =
          i -> new Request("set&name=n&value=" + i, used.get(i % SESSIONS));
      load(server, WARM_UP, write);
      var before = load(server, TIME, write);
      long empty = memory(valkey);
      begin(server, IDLE);
      long each = (memory(valkey) - empty) / IDLE;
      var after = load(server, TIME, write);
      var report =
          String.format(
              Locale.ROOT,
              "%,d idle sessions of one attribute: %,d bytes each in Valkey; writes of 200 others,"
                  + " req/s (p50, p99): %s before, %s after%n",
              IDLE,
              each,
              before,
              after);
      Files.createDirectories(Path.of("target/bench"));
      Files.writeString(Path.of("target/bench/sessions-idle.md"), report);
      System.getLogger(SessionsBench.class.getName()).log(System.Logger.Level.INFO, report);
    }
  }

  private static void begin(SessionServer server, int count) throws Exception {
    try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      var tasks = new ArrayList<Future<?>>();
      for (int n = 0; n < CONNECTIONS; n++) {
        tasks.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < count / CONNECTIONS; i++) {
                    server.begin("set&name=n&value=1");
                  }
                }));
      }
      for (var task : tasks) {
        task.get();
      }
    }
  }

  private static long memory(ValkeyProcess valkey) {
    var used = MEMORY.matcher(valkey.command("INFO", "memory"));
    if (!used.find()) {
      throw new IllegalStateException("Valkey does not tell its memory");
    }
    return Long.parseLong(used.group(1));
  }

  private record Figure(String name, String text) {}

  /** What is asked of the sample, with the cookie of a session or none. */
  private record Request(String what, @Nullable String session) {}

  private static String larder() {
    return "<library id=\"sessions\"><fileset dir=\"${wlp.install.dir}/usr/servers/larder/jcache\"/>"
        + "</library><httpSessionCache libraryRef=\"sessions\" writeContents=\"%s\">"
        + "<properties larder.valkey.uri=\"%s\"/></httpSessionCache>";
  }

  private static String redisson() {
    return "<library id=\"sessions\"><fileset dir=\""
        + Path.of("target/redisson").toAbsolutePath()
        + "\"/></library><httpSessionCache libraryRef=\"sessions\" writeContents=\"%s\""
        + " uri=\"file:"
        + Path.of("target/redisson/redisson.yaml").toAbsolutePath()
        + "\"/><!-- %s -->";
  }

  private static List<Figure> measure(String name, String cache) throws Exception {
    var figures = new ArrayList<Figure>();
    try (var valkey = ValkeyProcess.start()) {
      Files.createDirectories(Path.of("target/redisson"));
      Files.writeString(
          Path.of("target/redisson/redisson.yaml"),
          "singleServerConfig:\n  address: \""
              + valkey.uri().replace("valkey:", "redis:")
              + "\"\n  connectionPoolSize: 64\n");
      for (var contents : List.of("GET_AND_SET_ATTRIBUTES", "ONLY_SET_ATTRIBUTES")) {
        try (var server =
            SessionServer.start(
                "bench-" + name, String.format(cache, contents, valkey.uri()), JVM)) {
          figures.addAll(measure(contents, valkey, server));
        }
      }
    }
    return figures;
  }

  private static List<Figure> measure(String contents, ValkeyProcess valkey, SessionServer server)
      throws Exception {
    var sessions = new ArrayList<String>();
    for (int i = 0; i < SESSIONS; i++) {
      sessions.add(server.begin("set&name=n&value=0"));
    }
    var figures = new ArrayList<Figure>();
    // what is set to what it is already is not written
    var values = new AtomicInteger();
    for (var request : List.of("look&i=", "get&name=n&i=", "set&name=n&value=")) {
      figures.add(
          new Figure(
              "| " + contents + ", commands per request `" + request + "`",
              commands(
                  valkey,
                  () -> server.ask(request + values.incrementAndGet(), sessions.getFirst()))));
    }
    figures.add(
        new Figure(
            "| " + contents + ", commands per new session",
            commands(valkey, () -> server.begin("set&name=n&value=0"))));
    IntFunction<Request> write =
        i -> new Request("set&name=n&value=" + i, sessions.get(i % SESSIONS));
    load(server, WARM_UP, write);
    figures.add(
        new Figure("| " + contents + ", write, req/s (p50, p99)", load(server, TIME, write)));
    figures.add(
        new Figure(
            "| " + contents + ", read, req/s (p50, p99)",
            load(server, TIME, i -> new Request("get&name=n", sessions.get(i % SESSIONS)))));
    figures.add(
        new Figure(
            "| " + contents + ", one session, req/s (p50, p99)",
            load(
                server,
                TIME,
                i -> new Request("set&name=n" + i % 8 + "&value=1", sessions.getFirst()))));
    figures.add(
        new Figure(
            "| " + contents + ", new sessions/s (p50, p99)",
            load(server, TIME, i -> new Request("set&name=n&value=1", null))));
    return figures;
  }

  private static String commands(ValkeyProcess valkey, Runnable request) {
    request.run();
    valkey.command("CONFIG", "RESETSTAT");
    for (int i = 0; i < COUNTED; i++) {
      request.run();
    }
    return CALLS
        .matcher(valkey.command("INFO", "commandstats"))
        .results()
        // what scripts do is no round trip
        .filter(one -> one.group(1).matches("eval|evalsha|fcall|publish|get|set|hget|hset|ping"))
        .filter(one -> Integer.parseInt(one.group(2)) >= COUNTED)
        .map(one -> Math.round(Double.parseDouble(one.group(2)) / COUNTED) + " " + one.group(1))
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String load(SessionServer server, Duration time, IntFunction<Request> requests)
      throws Exception {
    var done = new LongAdder();
    var number = new AtomicInteger();
    long end = System.nanoTime() + time.toNanos();
    var all = new ArrayList<long[]>();
    try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      var tasks = new ArrayList<Future<long[]>>();
      for (int n = 0; n < CONNECTIONS; n++) {
        tasks.add(
            threads.submit(
                () -> {
                  var times = new long[500_000];
                  int count = 0;
                  try (var client = new ThinClient(server.port())) {
                    while (System.nanoTime() < end && count < times.length) {
                      long began = System.nanoTime();
                      send(client, requests.apply(number.getAndIncrement()));
                      times[count++] = System.nanoTime() - began;
                      done.increment();
                    }
                  }
                  return Arrays.copyOf(times, count);
                }));
      }
      for (var task : tasks) {
        all.add(task.get());
      }
    }
    var times = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "%,d (%.1f ms, %.1f ms)",
        done.sum() * 1_000 / time.toMillis(),
        times[times.length / 2] / 1e6,
        times[times.length * 99 / 100] / 1e6);
  }

  private static void send(ThinClient client, Request request) throws IOException {
    var cookie = request.session() == null ? "" : "Cookie: SID=" + request.session() + "\r\n";
    var answer = client.send("GET", SessionServer.PATH + request.what(), cookie, "");
    boolean known = answer.text().startsWith("in ");
    if (answer.status() != 200 || known == cookie.isEmpty()) {
      throw new IllegalStateException(answer.status() + " " + answer.text());
    }
  }
}
