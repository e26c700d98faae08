package it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

/**
 * The built server as a process of its own, configured as operators do it: by the environment. Its
 * files are below {@code target/it/<name>}.
 */
public final class LarderProcess implements AutoCloseable {
  /** The administrator's key of every server in tests. */
  public static final String KEY = "it-admin-key";

  private static final Path WLP = Path.of(System.getProperty("larder.wlp", "target/liberty/wlp"));
  private static final Duration START_MAX = Duration.ofSeconds(90);

  /** One client for all tests; what it is used for is short. */
  public static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final Path files;
  private final int port;
  private final Map<String, String> environment;
  private Process process;

  private LarderProcess(String name, Map<String, String> environment, Map<String, String> dropIns) {
    this.files = WLP.toAbsolutePath().getParent().getParent().resolve("it").resolve(name);
    this.port = ValkeyProcess.freePort();
    this.environment = new HashMap<>(environment);
    this.environment.putIfAbsent("LARDER_ADMIN_KEY", KEY);
    this.environment.put("LARDER_HTTP_PORT", String.valueOf(port));
    copyServer(dropIns);
    this.process = launch();
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param name of its folder
   */
  public static LarderProcess start(String name, Map<String, String> environment) {
    return start(name, environment, Map.of());
  }

  /**
   * The same, with configuration that the operator has dropped in.
   *
   * @param dropIns file name to server.xml elements
   */
  public static LarderProcess start(
      String name, Map<String, String> environment, Map<String, String> dropIns) {
    var larder = new LarderProcess(name, environment, dropIns);
    larder.awaitReady();
    return larder;
  }

  /** Starts a server that is expected to stop by itself, and waits for that. */
  public static LarderProcess startAndFail(String name, Map<String, String> environment) {
    var larder = new LarderProcess(name, environment, Map.of());
    try {
      if (!larder.process.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS)) {
        larder.close();
        throw new AssertionError("the server did not stop");
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return larder;
  }

  /** The address of a path on it. */
  public URI uri(String path) {
    return URI.create("http://localhost:" + port + path);
  }

  /** A request with the administrator's key. */
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", "Bearer " + KEY);
  }

  /** Sends a chat request, with header fields in pairs. */
  public HttpResponse<byte[]> chat(String body, String... headers) {
    return post("/v1/chat/completions", body, headers);
  }

  /** Sends a request to an endpoint, with header fields in pairs. */
  public HttpResponse<byte[]> post(String path, String body, String... headers) {
    var request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  /** Sends a request. */
  public static HttpResponse<byte[]> send(HttpRequest request) {
    return send(request, BodyHandlers.ofByteArray());
  }

  /** Sends a request, and of a stream of events that does not end takes the head alone. */
  static HttpResponse<byte[]> look(HttpRequest request) {
    return send(
        request,
        head ->
            head.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream")
                ? new Unread()
                : BodySubscribers.ofByteArray());
  }

  private static HttpResponse<byte[]> send(HttpRequest request, BodyHandler<byte[]> handler) {
    try {
      return HTTP.send(request, handler);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /** Its port. */
  public int port() {
    return port;
  }

  /** The id of the server's own process, which a script may have started. */
  public long serverPid() {
    return process.descendants().map(ProcessHandle::pid).reduce((a, b) -> b).orElse(process.pid());
  }

  /** The process; its exit code once it has ended. */
  public Process process() {
    return process;
  }

  /** What it printed on its console. */
  public String console() {
    return read(files.resolve("console.log"));
  }

  /** Everything it logged. */
  public String log() {
    return read(files.resolve("servers/larder/logs/messages.log"));
  }

  /** Its server.xml, to be changed under way. */
  public Path serverXml() {
    return files.resolve("servers/larder/server.xml");
  }

  /** Stops it properly and starts it again. */
  public void restart() {
    close();
    process = launch();
    awaitReady();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(40, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void copyServer(Map<String, String> dropIns) {
    var built = WLP.resolve("usr/servers/larder");
    var target = files.resolve("servers/larder");
    try {
      deleteAll(files);
      Files.createDirectories(target.resolve("apps"));
      for (var file : List.of("server.xml", "jvm.options", "server.env", "apps/larder.war")) {
        Files.copy(built.resolve(file), target.resolve(file));
      }
      var overrides = Files.createDirectories(target.resolve("configDropins/overrides"));
      for (var dropIn : dropIns.entrySet()) {
        Files.writeString(
            overrides.resolve(dropIn.getKey()), "<server>" + dropIn.getValue() + "</server>");
      }
      Files.createDirectories(target.resolve("jcache"));
      try (var jars = Files.list(built.resolve("jcache"))) {
        for (var jar : jars.toList()) {
          Files.copy(jar, target.resolve("jcache").resolve(jar.getFileName()));
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private Process launch() {
    var command = List.of(WLP.resolve("bin/server").toAbsolutePath().toString(), "run", "larder");
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(files.resolve("console.log").toFile());
    var env = builder.environment();
    // no test may reach a real provider by what the machine happens to have set
    env.keySet().removeIf(name -> name.startsWith("LARDER_") || name.endsWith("_API_KEY"));
    env.put("JAVA_HOME", System.getProperty("java.home"));
    env.put("WLP_USER_DIR", files.toString());
    // takes half the processor's time to start; what measures speed asks for the whole compiler
    env.put("JVM_ARGS", "-XX:TieredStopAtLevel=1");
    env.putAll(environment);
    try {
      var started = builder.start();
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
      return started;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void awaitReady() {
    long end = System.nanoTime() + START_MAX.toNanos();
    while (System.nanoTime() < end && process.isAlive()) {
      try {
        var ready =
            HttpRequest.newBuilder(uri("/health/ready")).timeout(Duration.ofSeconds(2)).build();
        if (HTTP.send(ready, BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
        Thread.sleep(100);
      } catch (IOException notYet) {
        Thread.onSpinWait();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    throw new IllegalStateException("Larder did not get ready: " + console() + log());
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failed)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** A body that nobody reads: hangs up. */
  private static final class Unread implements BodySubscriber<byte[]> {
    @Override
    public CompletionStage<byte[]> getBody() {
      return CompletableFuture.completedStage(new byte[0]);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {}

    @Override
    public void onError(Throwable failed) {}

    @Override
    public void onComplete() {}
  }
}
