package it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What {@link Bench} measures: a node with Valkey, the provider behind it, and a bare echo on it.
 */
final class BenchServer implements AutoCloseable {
  static final String CHUNK = Chunks.more("and so on ");
  static final String DONE = Chunks.STOP + Chunks.USAGE + Chunks.DONE;
  static final int CHUNKS = 50;

  private final ScriptedProvider provider = ScriptedProvider.start();
  private final ValkeyProcess valkey = ValkeyProcess.start();
  private final LarderProcess node;

  BenchServer(Path folder) throws IOException {
    provider.script(
        "json",
        (request, answer) ->
            answer.whole(200, "application/json", Chunks.whole("and so on ".repeat(80))));
    provider.script("stream", (request, answer) -> stream(answer, 0));
    provider.script("slow", (request, answer) -> stream(answer, 20));
    var war = folder.resolve("echo.war");
    pack(war);
    node =
        LarderProcess.start(
            "bench",
            Map.of(
                "JVM_ARGS",
                "",
                "LARDER_VALKEY_URI",
                valkey.uri(),
                "LARDER_PROVIDER_P_URL",
                provider.url(),
                "LARDER_PROVIDER_P_CONNECTIONS_MAX",
                "10000",
                "LARDER_PROVIDER_P_STREAM_USAGE",
                "false"),
            Map.of(
                "echo.xml",
                "<webApplication location=\""
                    + war.toAbsolutePath()
                    + "\" contextRoot=\"/bare\"/>"));
  }

  /** An answer, with so many milliseconds after each event. */
  private static void stream(ScriptedProvider.Connection answer, long pause) throws Exception {
    answer.streamHead();
    answer.piece(Chunks.first("and "));
    for (int i = 0; i < CHUNKS; i++) {
      answer.piece(CHUNK);
      if (pause > 0) {
        TimeUnit.MILLISECONDS.sleep(pause);
      }
    }
    answer.piece(DONE);
    answer.streamEnd();
  }

  private static void pack(Path war) throws IOException {
    try (var out = new ZipOutputStream(Files.newOutputStream(war))) {
      for (var type : List.of(EchoSample.class, EchoSample.Resource.class)) {
        var path = type.getName().replace('.', '/') + ".class";
        out.putNextEntry(new ZipEntry("WEB-INF/classes/" + path));
        try (var in = type.getClassLoader().getResourceAsStream(path)) {
          in.transferTo(out);
        }
        out.closeEntry();
      }
    }
  }

  ScriptedProvider provider() {
    return provider;
  }

  LarderProcess node() {
    return node;
  }

  int port() {
    return node.port();
  }

  int providerPort() {
    return URI.create(provider.url()).getPort();
  }

  long pid() {
    return node.serverPid();
  }

  @Override
  public void close() {
    node.close();
    try {
      valkey.close();
      provider.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
