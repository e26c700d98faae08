package it;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What a test needs of the machine. Missing, the test is counted as not run; in CI it fails. */
public final class Requires {
  private Requires() {}

  /** A container engine that Testcontainers can reach. */
  public static void containerEngine() {
    need(
        System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock")),
        "needs a container engine (Podman or Docker with DOCKER_HOST)");
  }

  /** A container engine whose containers can be on this machine's network. */
  static void containersOnThisNetwork() {
    containerEngine();
    need(
        System.getProperty("os.name").equals("Linux"),
        "needs containers on this machine's network, which only Linux has");
  }

  /** Podman itself, for the launcher's verbs and its pods. */
  static void podman() {
    containerEngine();
    need(onPath("podman").isPresent(), "needs Podman (podman on the PATH)");
  }

  /** A Chromium or Chrome; gives its path. */
  public static Path browser() {
    var found =
        Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
            .flatMap(name -> onPath(name).stream())
            .findFirst();
    need(found.isPresent(), "needs a browser (Chromium or Chrome on the PATH)");
    return found.orElseThrow();
  }

  /** The recordings of real providers' answers. */
  public static Path transcripts() {
    var folder = Optional.ofNullable(System.getenv("LARDER_TRANSCRIPTS")).map(Path::of);
    need(
        folder.filter(Files::isDirectory).isPresent(),
        "needs recordings (LARDER_TRANSCRIPTS set to a folder of *.json and *_stream.txt)");
    return folder.orElseThrow();
  }

  /** A Valkey or Redis server that can speak TLS. */
  public static void tls() {
    need(Processes.speakTls(), "needs a valkey-server built with TLS");
  }

  /** What makes certificates. */
  static void openssl() {
    need(onPath("openssl").isPresent(), "needs openssl");
  }

  /** A program on the PATH. */
  static Optional<Path> onPath(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static void need(boolean there, String what) {
    if ("true".equals(System.getenv("CI")) && !there) {
      fail("CI=true: " + what);
    }
    assumeTrue(there, what);
  }
}
