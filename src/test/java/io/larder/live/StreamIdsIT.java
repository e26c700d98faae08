package io.larder.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.model.Caller;
import io.larder.valkey.TestValkey;
import io.larder.valkey.Valkey;
import it.Await;
import it.ValkeyProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Names of streams, given on one node and read on another. */
final class StreamIdsIT {
  private static final FlightId FLIGHT = new FlightId(String.format("%064x", 17), 42);
  private static final Caller ANNA = new Caller("anna", "t-1", Set.of("user"));

  private final AtomicLong nanos = new AtomicLong();
  private final List<Valkey> opened = new ArrayList<>();
  private ValkeyProcess server;

  @BeforeEach
  void start() {
    server = ValkeyProcess.start();
  }

  @AfterEach
  void stop() {
    opened.forEach(Valkey::close);
    server.close();
  }

  private StreamIds node() {
    var valkey = TestValkey.at(server.uri());
    opened.add(valkey);
    return new StreamIds(new SharedSecret(Optional.of(valkey), nanos::get));
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static void assertKnown(StreamIds node, String name) {
    assertThat(node.read(name, ANNA)).contains(new StreamIds.Named(FLIGHT, 0x81));
  }

  @Test
  void name_isReadOnTheOtherNode_byItsCallerAlone() {
    var name = node().name(FLIGHT, 0x81, ANNA);
    var there = node();

    assertKnown(there, name);
    assertThat(there.read(name, new Caller("bert", "t-1", Set.of("user")))).isEmpty();
    assertThat(there.read(name, new Caller("anna", "t-2", Set.of("user")))).isEmpty();
  }

  @Test
  void name_changedInAnyByte_isNone() {
    var node = node();
    var name = node.name(FLIGHT, 0x81, ANNA);
    for (int i = 0; i < name.length(); i++) {
      char other = name.charAt(i) == 'A' ? 'B' : 'A';
      // the last character has bits that no byte is made of
      if (i < name.length() - 1) {
        var changed = name.substring(0, i) + other + name.substring(i + 1);
        assertThat(node.read(changed, ANNA)).as(changed).isEmpty();
      }
    }
    assertThat(node.read("", ANNA)).isEmpty();
    assertThat(node.read("no base64 !", ANNA)).isEmpty();
    assertThat(node.read(name + "AAAA", ANNA)).isEmpty();
  }

  @Test
  void store_emptiedAndFilledByANewNode_namesOfBothStayGood() {
    var old = node();
    var before = old.name(FLIGHT, 0x81, ANNA);
    server.command("FLUSHALL");
    var fresh = node();
    var after = fresh.name(FLIGHT, 0x81, ANNA);
    pass(Duration.ofMillis(100));

    assertKnown(old, after);
    assertKnown(old, before);
    // by now the old node signs as the new one does
    assertKnown(fresh, old.name(FLIGHT, 0x81, ANNA));
  }

  @Test
  void store_emptied_getsTheSecretBack() {
    var old = node();
    var before = old.name(FLIGHT, 0x81, ANNA);
    server.command("FLUSHALL");
    pass(Duration.ofSeconds(2));
    assertKnown(old, before);

    assertKnown(node(), before);
  }

  @Test
  void store_outOfReach_nodeGoesOnAndSharesLater() {
    server.kill();
    var alone = node();
    var given = alone.name(FLIGHT, 0x81, ANNA);
    assertKnown(alone, given);
    server.restart();
    var shared = node().name(FLIGHT, 0x81, ANNA);

    Await.until(
        "the node has heard of the other's secret",
        () -> {
          pass(Duration.ofSeconds(2));
          return alone.read(shared, ANNA).isPresent();
        });
    assertKnown(alone, given);
  }

  @Test
  void foreignNames_askTheStoreNoMoreThanTenTimesASecond() {
    var node = node();
    var name = node.name(FLIGHT, 0x81, ANNA);
    server.command("FLUSHALL");
    var foreign = node().name(FLIGHT, 0x81, ANNA);
    assertThat(node.read(foreign, ANNA)).isEmpty();
    pass(Duration.ofMillis(99));
    assertThat(node.read(foreign, ANNA)).isEmpty();
    assertKnown(node, name);
  }
}
