package it;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A Liberty server that is not Larder: an application with sessions, and the jar for them as its
 * guide says.
 */
final class SessionServer implements AutoCloseable {
  /** Where the sample is asked; what for comes after it. */
  static final String PATH = "/app/s?do=";

  private static final Path WLP =
      Path.of(System.getProperty("larder.wlp", "target/liberty/wlp")).toAbsolutePath();
  private static final Duration START_MAX = Duration.ofSeconds(90);

  private final Path files;
  private final int port = ValkeyProcess.freePort();
  private final Process process;

  private SessionServer(String name, String cache, List<String> jvm) {
    files = WLP.getParent().getParent().resolve("it").resolve(name);
    try {
      var server = files.resolve("servers/app");
      Files.createDirectories(server.resolve("apps"));
      Files.writeString(server.resolve("server.xml"), serverXml(cache));
      Files.writeString(server.resolve("jvm.options"), String.join("\n", jvm));
      war(server.resolve("apps/app.war"));
      process = launch();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Starts a server whose sessions are in that Valkey, with properties of the test's own. */
  static SessionServer start(String name, String valkey, Map<String, String> properties) {
    var given =
        properties.entrySet().stream()
            .map(one -> one.getKey() + "=\"" + one.getValue() + "\"")
            .collect(Collectors.joining(" "));
    return start(
        name,
        "<httpSessionCache libraryRef=\"sessions\" writeContents=\"GET_AND_SET_ATTRIBUTES\">"
            + "<properties larder.valkey.uri=\""
            + valkey
            + "\" "
            + given
            + "/></httpSessionCache>"
            + "<library id=\"sessions\"><fileset dir=\"${wlp.install.dir}/usr/servers/larder/jcache\"/>"
            + "</library>",
        List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
  }

  /** Starts a server with that configuration of its session cache. */
  static SessionServer start(String name, String cache, List<String> jvm) {
    var started = new SessionServer(name, cache, jvm);
    Await.until(
        "the sample answers", START_MAX, () -> started.send("look", null).statusCode() == 200);
    return started;
  }

  private String serverXml(String cache) {
    return "<server><featureManager><feature>servlet-6.0</feature><feature>cdi-4.0</feature>"
        + (cache.contains("<httpSessionCache") ? "<feature>sessionCache-1.0</feature>" : "")
        + "</featureManager>"
        + "<httpEndpoint id=\"defaultHttpEndpoint\" httpPort=\""
        + port
        + "\" httpsPort=\"-1\"/>"
        + "<httpSession cookieName=\"SID\" invalidationTimeout=\"30m\"/>"
        + cache
        + "<webApplication location=\"app.war\" contextRoot=\"/app\"/></server>";
  }

  private static void war(Path target) throws IOException {
    try (var war = new ZipOutputStream(Files.newOutputStream(target))) {
      for (var type :
          List.of(SessionSample.class, SessionSample.Basket.class, SessionSampleBean.class)) {
        var path = type.getName().replace('.', '/') + ".class";
        try (InputStream in = type.getClassLoader().getResourceAsStream(path)) {
          entry(war, "WEB-INF/classes/" + path, in.readAllBytes());
        }
      }
      entry(
          war,
          "WEB-INF/web.xml",
          ("<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\">"
                  + "<distributable/><servlet><servlet-name>s</servlet-name>"
                  + "<servlet-class>it.SessionSample</servlet-class></servlet>"
                  + "<servlet-mapping><servlet-name>s</servlet-name>"
                  + "<url-pattern>/s</url-pattern></servlet-mapping></web-app>")
              .getBytes(StandardCharsets.UTF_8));
      entry(war, "WEB-INF/beans.xml", new byte[0]);
    }
  }

  private static void entry(ZipOutputStream war, String name, byte[] bytes) throws IOException {
    war.putNextEntry(new ZipEntry(name));
    war.write(bytes);
    war.closeEntry();
  }

  private Process launch() throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    var builder =
        new ProcessBuilder(WLP.resolve("bin/server").toString(), "run", "app")
            .redirectErrorStream(true)
            .redirectOutput(files.resolve("console.log").toFile());
    var env = builder.environment();
    env.keySet().removeIf(name -> name.startsWith("LARDER_"));
    env.put("JAVA_HOME", Path.of(java).getParent().getParent().toString());
    env.put("WLP_USER_DIR", files.toString());
    var started = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
    return started;
  }

  int port() {
    return port;
  }

  /** Asks the sample for something; null = without a cookie. */
  HttpResponse<byte[]> send(String what, String session) {
    var request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + PATH + what))
            .timeout(Duration.ofSeconds(20));
    if (session != null) {
      request.header("Cookie", "SID=" + session);
    }
    return LarderProcess.send(request.build());
  }

  /** What the sample answers, which must be 200. */
  String ask(String what, String session) {
    var answer = send(what, session);
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.statusCode() + " " + Api.text(answer) + log());
    }
    return Api.text(answer);
  }

  /** The session that a request without one makes. */
  String begin(String what) {
    var answer = send(what, null);
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.statusCode() + " " + Api.text(answer) + log());
    }
    return answer.headers().allValues("Set-Cookie").stream()
        .filter(cookie -> cookie.startsWith("SID="))
        .map(cookie -> cookie.substring(4).replaceAll(";.*", ""))
        .findFirst()
        .orElseThrow();
  }

  /** Everything it logged. */
  String log() {
    try {
      var log = files.resolve("servers/app/logs/messages.log");
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Ends it at once, as a crash does. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(40, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
