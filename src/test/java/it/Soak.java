package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Mixed traffic on a whole pod, with a container killed every minute. Not part of the tests: {@code
 * ./larder soak [minutes]}.
 */
final class Soak {
  private static final Duration BETWEEN_KILLS = Duration.ofMinutes(1);
  private static final Duration BACK_MAX = Duration.ofMinutes(2);
  private static final long SEED = 8;

  private final Pod pod = new Pod("larder-soak", ValkeyProcess.freePort());
  private final Random random = new Random(SEED);
  private final List<String> report = new ArrayList<>();

  @Test
  void pod_underTraffic_withAContainerKilledEachMinute_losesNothing() throws Exception {
    int minutes = Integer.parseInt(System.getenv().getOrDefault("LARDER_SOAK_MINUTES", "20"));
    pod.remove();
    try {
      pod.larder("up");
      soak(minutes);
    } finally {
      pod.remove();
    }
  }

  private void soak(int minutes) throws Exception {
    try (var memory = new SoakMemory(pod);
        var traffic = new SoakTraffic(pod)) {
      var next = new ArrayList<String>();
      for (int minute = 0; minute < minutes; minute++) {
        TimeUnit.NANOSECONDS.sleep(BETWEEN_KILLS.toNanos());
        if (next.isEmpty()) {
          next.addAll(List.of(Pod.GATEWAY, Pod.CACHE, Pod.STATE));
          Collections.shuffle(next, random);
        }
        kill(next.removeLast(), traffic, memory);
      }
      traffic.stop();
      say("requests: %,d answered, %,d failed".formatted(traffic.answered(), traffic.failed()));
      report.addAll(traffic.failures());
      var lost = traffic.lost();
      say("conversation turns: %,d acknowledged, %d lost".formatted(traffic.turns(), lost.size()));
      memory.stop();
      report.addAll(memory.report());
      write();
      assertThat(lost).as("acknowledged, but not there").isEmpty();
      assertThat(traffic.unexpected()).as("failed while everything was up").isEmpty();
      assertThat(memory.growth()).as("growth of the gateway's memory").isLessThan(0.15);
    }
  }

  private void kill(String container, SoakTraffic traffic, SoakMemory memory) {
    var pid = pod.pid(container);
    memory.pause();
    traffic.outage(container);
    long began = System.nanoTime();
    pod.kill(container);
    Await.until(
        container + " is back", BACK_MAX, () -> !pod.pid(container).equals(pid) && pod.serves());
    traffic.over();
    memory.go();
    say(
        "killed %s, all served again after %.1f s"
            .formatted(container, (System.nanoTime() - began) / 1e9));
  }

  private void say(String line) {
    report.add(line);
    System.getLogger(Soak.class.getName()).log(System.Logger.Level.INFO, "{0}", line);
  }

  private void write() throws Exception {
    Files.createDirectories(Path.of("target/bench"));
    Files.writeString(
        Path.of("target/bench/soak.txt"),
        String.format(Locale.ROOT, "%s%n", String.join(System.lineSeparator(), report)));
  }
}
