package it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Loads of {@link Bench}: as many requests as some clients get answered in a time. */
final class BenchLoad {
  private static final long PAGE_KIB = 4;
  private static final int TICKS_PER_SECOND = 100;

  private BenchLoad() {}

  /** What each client does, again and again. */
  interface Step {
    /** Sends one request, or fails. */
    ThinClient.Answer run(ThinClient client, long number) throws IOException;
  }

  /** One round. */
  static final class Round {
    private final long[] nanos;
    private final long[] firsts;
    private final double seconds;
    private final double cpuSeconds;

    /**
     * What was measured.
     *
     * @param nanos of each request, sorted
     * @param firsts time to the first bytes of each answer, sorted
     * @param cpuSeconds that Larder's process used meanwhile
     */
    Round(long[] nanos, long[] firsts, double seconds, double cpuSeconds) {
      this.nanos = nanos;
      this.firsts = firsts;
      this.seconds = seconds;
      this.cpuSeconds = cpuSeconds;
    }

    int requests() {
      return nanos.length;
    }

    double perSecond() {
      return nanos.length / seconds;
    }

    double millis(double share) {
      return at(nanos, share) / 1e6;
    }

    double firstMillis(double share) {
      return at(firsts, share) / 1e6;
    }

    double cpuMillisEach() {
      return 1_000 * cpuSeconds / nanos.length;
    }

    private static long at(long[] sorted, double share) {
      return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
    }

    String raw() {
      return String.format(
          Locale.ROOT,
          "%.0f/s, p50 %.2f ms, p99 %.2f ms, first %.2f ms, CPU %.2f ms",
          perSecond(),
          millis(0.5),
          millis(0.99),
          firstMillis(0.5),
          cpuMillisEach());
    }
  }

  private static final AtomicLong NUMBER = new AtomicLong();

  /** A number that no request has had. */
  static long next() {
    return NUMBER.incrementAndGet();
  }

  /** Runs a step on some connections for a time. */
  static Round run(int port, int clients, Duration time, long pid, Step step) throws Exception {
    double cpu = cpuSeconds(pid);
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    var tasks = new ArrayList<Callable<List<long[]>>>();
    for (int n = 0; n < clients; n++) {
      tasks.add(() -> client(port, end, step));
    }
    var all = new ArrayList<long[]>();
    try (var threads = Executors.newFixedThreadPool(clients)) {
      for (var task : threads.invokeAll(tasks)) {
        all.addAll(task.get());
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Round(
        all.stream().mapToLong(one -> one[0]).sorted().toArray(),
        all.stream().mapToLong(one -> one[1]).sorted().toArray(),
        seconds,
        cpuSeconds(pid) - cpu);
  }

  private static List<long[]> client(int port, long end, Step step) throws IOException {
    var times = new ArrayList<long[]>();
    try (var client = new ThinClient(port)) {
      while (System.nanoTime() < end) {
        long begin = System.nanoTime();
        var answer = step.run(client, next());
        times.add(new long[] {System.nanoTime() - begin, answer.firstNanos()});
      }
    }
    return times;
  }

  /** The round in the middle, by requests a second. */
  static Round median(List<Round> rounds) {
    var sorted = rounds.toArray(Round[]::new);
    Arrays.sort(sorted, (a, b) -> Double.compare(a.perSecond(), b.perSecond()));
    return sorted[sorted.length / 2];
  }

  /** Processor time of a process so far. */
  static double cpuSeconds(long pid) throws IOException {
    var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    // utime and stime, fields 14 and 15 of proc(5)
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / (double) TICKS_PER_SECOND;
  }

  /** Resident memory of a process, in KiB. */
  static long residentKibibytes(long pid) throws IOException {
    var pages = Files.readString(Path.of("/proc/" + pid + "/statm")).split(" ", -1)[1];
    return Long.parseLong(pages) * PAGE_KIB;
  }
}
