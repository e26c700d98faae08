package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.telemetry.Discarded;
import io.larder.valkey.TestValkey;
import it.Requires;
import it.ValkeyHost;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** Every kind of deployment, of the image that operators run; and one with a published port. */
final class ValkeyImageIT extends ValkeyModes {
  private static final DockerImageName IMAGE = DockerImageName.parse("docker.io/valkey/valkey:8.1");

  @Override
  ValkeyHost host() {
    return ValkeyHost.containers();
  }

  @Test
  void keep_publishedPortAndPassword_isFound() {
    Requires.containerEngine();
    try (var container =
        new GenericContainer<>(IMAGE)
            .withExposedPorts(6379)
            .withCommand("valkey-server", "--requirepass", "s3cret", "--protected-mode", "no")) {
      container.start();
      var uri =
          "valkey://:s3cret@" + container.getHost() + ":" + container.getMappedPort(6379) + "/2";
      try (var valkey = TestValkey.at(uri)) {
        var store =
            new ValkeyStore(
                valkey,
                new Envelope(64, Optional.empty()),
                InstantSource.system(),
                Discarded.telemetry());
        var key = new Key("chat", "image");
        var retention = Retention.of(Duration.ofMinutes(1));
        store.keep(key, new Kept(new byte[] {7}, Instant.now(), retention, 1, List.of()), 0);

        assertThat(store.value(key).orElseThrow().value()).containsExactly(7);
      }
    }
  }
}
