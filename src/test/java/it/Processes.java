package it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/** Runs the {@code valkey-server} on the PATH, or else the Redis that a test dependency carries. */
final class Processes implements ValkeyHost {
  @Override
  public void needTls() {
    Requires.tls();
  }

  /** Whether the server at hand was built with TLS. */
  static boolean speakTls() {
    try {
      // without any port it ends at once, or before that at a word it does not know
      var asked =
          new ProcessBuilder(program(), "--port", "0", "--tls-port", "0")
              .redirectErrorStream(true)
              .start();
      asked.getOutputStream().close();
      try (var said = asked.getInputStream()) {
        var text = new String(said.readAllBytes(), StandardCharsets.UTF_8);
        return text.contains("not listen anywhere");
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public Running run(String name, List<String> arguments, Map<String, Path> files) {
    var folder = TemporaryFolder.create(name + "-");
    var command = new ArrayList<>(List.of(program()));
    command.addAll(arguments);
    try {
      for (var file : files.entrySet()) {
        Files.copy(file.getValue(), folder.path().resolve(file.getKey()));
      }
      var log = folder.path().resolve("server.log");
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .directory(folder.path().toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      return new Started(process, folder, log);
    } catch (IOException failed) {
      folder.close();
      throw new UncheckedIOException(failed);
    }
  }

  private static String program() {
    return Requires.onPath("valkey-server")
        .map(Path::toString)
        .orElseGet(
            () -> {
              try {
                return ExecutableProvider.newJarResourceProvider().get().getPath();
              } catch (IOException none) {
                throw new UncheckedIOException("no valkey-server, and none carried along", none);
              }
            });
  }

  private record Started(Process process, TemporaryFolder folder, Path logFile) implements Running {
    @Override
    public boolean isAlive() {
      return process.isAlive();
    }

    @Override
    public void kill() {
      process.destroyForcibly();
      try {
        process.waitFor(5, TimeUnit.SECONDS);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void freeze() {
      signal("-STOP");
    }

    @Override
    public void thaw() {
      signal("-CONT");
    }

    private void signal(String signal) {
      try {
        new ProcessBuilder("kill", signal, String.valueOf(process.pid())).start().waitFor();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public String log() {
      try {
        return Files.readString(logFile);
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }

    @Override
    public void close() {
      if (process.isAlive()) {
        thaw();
      }
      kill();
      folder.close();
    }
  }
}
