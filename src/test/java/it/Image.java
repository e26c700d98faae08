package it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;

/** The application image of what has just been built; made once in a test run, by the launcher. */
final class Image {
  /** Not the name that users have, whose image stays as it is. */
  static final String NAME = "localhost/larder-it:latest";

  static {
    build();
  }

  private Image() {}

  /** Makes sure that it is there. */
  static String name() {
    return NAME;
  }

  private static void build() {
    var server = Path.of(System.getProperty("larder.wlp", "target/liberty/wlp"));
    try {
      // Maven keeps the time of an unchanged file, by which the launcher would build again
      Files.setLastModifiedTime(
          server.resolve("usr/servers/larder/apps/larder.war"), FileTime.from(Instant.now()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Command.larder(Map.of("LARDER_IMAGE", NAME), "image");
  }
}
