package it;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * Runs the image that operators run, on this machine's network: servers of one cluster, and their
 * clients, must know each other by the same addresses.
 */
final class Containers implements ValkeyHost {
  private static final DockerImageName IMAGE = DockerImageName.parse("docker.io/valkey/valkey:8.1");

  /** Where a server of the image runs, and may write. */
  private static final String FOLDER = "/data/";

  private static final int READABLE = 0644;
  private static final Duration START_MAX = Duration.ofSeconds(30);

  /** The image's server speaks it. */
  @Override
  public void needTls() {}

  @Override
  public Running run(String name, List<String> arguments, Map<String, Path> files) {
    // its entry point puts the server's name before a configuration file or an option
    var container =
        new GenericContainer<>(IMAGE)
            .withNetworkMode("host")
            .withCommand(arguments.toArray(String[]::new))
            .withCreateContainerCmdModifier(create -> create.withName(name))
            .withStartupTimeout(START_MAX);
    files.forEach(
        (as, file) ->
            container.withCopyFileToContainer(
                MountableFile.forHostPath(file, READABLE), FOLDER + as));
    Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
    container.start();
    return new Started(container);
  }

  private record Started(GenericContainer<?> container) implements Running {
    @Override
    public boolean isAlive() {
      return container.isRunning();
    }

    @Override
    public void kill() {
      if (isAlive()) {
        container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
      }
    }

    @Override
    public void freeze() {
      container.getDockerClient().pauseContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void thaw() {
      container.getDockerClient().unpauseContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public String log() {
      return container.getLogs();
    }

    @Override
    public void close() {
      container.stop();
    }
  }
}
