package io.larder.valkey;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.guard.Breaker;
import io.larder.telemetry.ServerFigure;
import io.larder.telemetry.ValkeyFigures;
import it.Await;
import it.ValkeyProcess;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What servers say of themselves, as figures. */
final class CensusIT {
  private final ValkeyProcess server = ValkeyProcess.start("--maxmemory", "64mb");
  private final Map<ServerFigure, Supplier<Double>> published = new EnumMap<>(ServerFigure.class);

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void figures_areWhatTheServerSays() {
    try (var valkey = TestValkey.at(server.uri())) {
      var census = census(valkey);
      assertThat(figure(ServerFigure.MEMORY)).isNaN();
      valkey.set("k", new byte[] {1}, Duration.ofMinutes(1));
      census.ask();

      assertThat(published.keySet()).containsExactly(ServerFigure.values());
      assertThat(figure(ServerFigure.MEMORY)).isBetween(100_000.0, 64.0 * 1024 * 1024);
      assertThat(figure(ServerFigure.MEMORY_MAX)).isEqualTo(64.0 * 1024 * 1024);
      assertThat(figure(ServerFigure.EVICTED)).isZero();
      assertThat(figure(ServerFigure.KEYS)).isEqualTo(1);
      assertThat(figure(ServerFigure.REPLICAS)).isZero();
      assertThat(figure(ServerFigure.REPLICA_LAG)).isZero();
    }
  }

  @Test
  void figures_ofAServerThatIsGone_areUnknown_untilItIsBack() {
    try (var valkey = TestValkey.at(server.uri())) {
      var census = census(valkey);
      census.ask();
      server.kill();
      census.ask();
      assertThat(figure(ServerFigure.KEYS)).isNaN();

      server.restart();
      Await.until(
          "known again",
          () -> {
            census.ask();
            return figure(ServerFigure.KEYS) == 0;
          });
    }
  }

  @Test
  void figures_withoutTheRight_areUnknown_andNotAskedForAgain() {
    server.command(
        "ACL", "SETUSER", "least", "on", ">p", "~*", "-@all", "+get", "+select", "+client");
    try (var valkey = TestValkey.at(server.uri().replace("://", "://least:p@"))) {
      var census = census(valkey);
      census.ask();
      server.command("ACL", "LOG", "RESET");
      census.ask();

      assertThat(figure(ServerFigure.KEYS)).isNaN();
      assertThat(server.command("ACL", "LOG")).startsWith("*0");
      assertThat(valkey.state()).isEqualTo(Breaker.State.CLOSED);
    }
  }

  private double figure(ServerFigure figure) {
    return Objects.requireNonNull(published.get(figure)).get();
  }

  private Census census(Valkey valkey) {
    var census = new Census("cache", valkey);
    census.publish(
        new ValkeyFigures() {
          @Override
          public void valkeyCall(String store, String result) {}

          @Override
          public void breaker(String target, Supplier<Integer> state) {}

          @Override
          public void server(String store, ServerFigure figure, Supplier<Double> value) {
            published.put(figure, value);
          }
        });
    return census;
  }
}
