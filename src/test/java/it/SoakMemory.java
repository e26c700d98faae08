package it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks at the resident memory of a pod's containers now and then, while all of them are up. */
final class SoakMemory implements AutoCloseable {
  private static final int EVERY_SECONDS = 10;

  private final Pod pod;
  private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
  private final Map<String, List<Long>> kilobytes = new TreeMap<>();
  private volatile boolean paused;

  SoakMemory(Pod pod) {
    this.pod = pod;
    for (var container : List.of(Pod.GATEWAY, Pod.CACHE, Pod.STATE)) {
      kilobytes.put(container, new ArrayList<>());
    }
    var unused =
        ticker.scheduleAtFixedRate(this::look, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  private synchronized void look() {
    if (paused) {
      return;
    }
    for (var one : kilobytes.entrySet()) {
      try {
        one.getValue().add(resident(pod.pid(one.getKey())));
      } catch (IOException gone) {
        // killed just now
        return;
      }
    }
  }

  /** Of a process and those that it has started. */
  private static long resident(String pid) throws IOException {
    var process = Path.of("/proc", pid);
    long sum = 0;
    for (var line : Files.readAllLines(process.resolve("status"))) {
      if (line.startsWith("VmRSS:")) {
        sum = Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    var children = Files.readString(process.resolve("task").resolve(pid).resolve("children"));
    for (var child : children.strip().split(" +", -1)) {
      sum += child.isEmpty() ? 0 : resident(child);
    }
    return sum;
  }

  /** A container is killed now. */
  void pause() {
    paused = true;
  }

  /** All are up again. */
  void go() {
    paused = false;
  }

  /** Lets a look under way come to its end. */
  void stop() throws InterruptedException {
    ticker.shutdown();
    if (!ticker.awaitTermination(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("still looking");
    }
  }

  /** The largest of the second half, over the largest of the first half, less one. */
  synchronized double growth() {
    var all = kilobytes.getOrDefault(Pod.GATEWAY, List.of());
    return 1.0 * max(all.subList(all.size() / 2, all.size())) / max(all.subList(0, all.size() / 2))
        - 1;
  }

  synchronized List<String> report() {
    var lines = new ArrayList<String>();
    kilobytes.forEach(
        (container, all) ->
            lines.add(
                "RSS of %s: at most %d MiB in the first half, %d MiB in the second"
                    .formatted(
                        container,
                        max(all.subList(0, all.size() / 2)) / 1024,
                        max(all.subList(all.size() / 2, all.size())) / 1024)));
    return lines;
  }

  private static long max(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).max().orElseThrow();
  }

  @Override
  public void close() {
    ticker.shutdownNow();
  }
}
