package it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program as an operator calls it, from the project's folder.
 *
 * @param code its exit code
 * @param said on its standard output
 * @param complaints on its standard error
 */
record Command(int code, String said, String complaints) {
  private static final Duration TIME_MAX = Duration.ofMinutes(4);

  /** Runs a program to its end; one that takes too long fails the test. */
  static Command run(Map<String, String> environment, String... command) {
    try {
      // files, since what a program leaves running in the background may hold a pipe open
      var output = Files.createTempFile("command", ".txt");
      var errors = Files.createTempFile("command", ".txt");
      var builder =
          new ProcessBuilder(List.of(command))
              .redirectError(errors.toFile())
              .redirectOutput(output.toFile());
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("LARDER_") || name.endsWith("_API_KEY"));
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.environment().putAll(environment);
      var process = builder.start();
      if (!process.waitFor(TIME_MAX.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("not within " + TIME_MAX + ": " + String.join(" ", command));
      }
      return new Command(process.exitValue(), taken(output), taken(errors));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  private static String taken(Path file) throws IOException {
    var text = Files.readString(file, StandardCharsets.UTF_8).strip();
    Files.delete(file);
    return text;
  }

  /** Runs Podman, which must succeed; gives what it said. */
  @CanIgnoreReturnValue
  static String podman(String... arguments) {
    var command = new String[arguments.length + 1];
    command[0] = "podman";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return run(Map.of(), command).good();
  }

  /** Runs the launcher, which must succeed; gives what it said. */
  @CanIgnoreReturnValue
  static String larder(Map<String, String> environment, String verb) {
    return run(environment, Path.of("larder").toAbsolutePath().toString(), verb).good();
  }

  /** What it said, if it succeeded. */
  @CanIgnoreReturnValue
  String good() {
    assertThat(code).as("%s%n%s", said, complaints).isZero();
    return said;
  }
}
